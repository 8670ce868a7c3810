import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { openDatabase } from '../../../lib/database/connection.ts'
import { ingestFiles } from '../../../lib/job/ingest/ingest.ts'
import type { Input } from '../../../lib/job/ingest/input.ts'
import type { CheckpointStep } from '../../../lib/run/checkpoint.ts'
import { Journal } from '../../../lib/run/journal/journal.ts'
import type { RunKey, RunRecord } from '../../../lib/run/record.ts'
import { openState } from '../../../lib/run/state.ts'
import { emptyTally } from '../../../lib/run/tally.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'

const KEY: RunKey = { target: 'T', class: 'C', inputs: ['stdin'] }

function database(t: Test) {
  const opened = openDatabase(':memory:')
  t.teardown(() => opened.close())
  return opened
}

function step(changes: Partial<CheckpointStep> = {}): CheckpointStep {
  const state = { input: 0, mark: { line: 1, digest: 'd' }, before: { lines: 0, bytes: 0 } }
  return { ...state, tally: emptyTally(), rejectsBytes: 0, commits: new Map(), kept: [], ...changes }
}

function input(...records: object[]): Input {
  const text = records.map((record) => `${JSON.stringify(record)}\n`).join('')
  return { name: 'stdin', rereadable: false, open: () => Readable.from([Buffer.from(text)]) }
}

t.test('the last commit of a repository outlives any number of later runs', (t) => {
  const db = database(t)
  const journal = new Journal(db)
  journal.begin('first', KEY, 'c')
  journal.commit('first', step({ commits: new Map([['acme', 'deadbeef']]) }))
  journal.finish('first', 'done')
  for (let index = 0; index < 1005; index++) {
    journal.begin(`run ${index}`, { ...KEY, inputs: [`${index}`] }, 'c')
    journal.finish(`run ${index}`, 'done')
  }
  t.equal(journal.find('first'), undefined, 'the run itself is forgotten')
  t.same(db.prepare('SELECT count(*) AS n FROM run_commits').get(), { n: 0 }, 'with all that it noted')
  t.equal(journal.positions('T').get('C')?.get('acme'), 'deadbeef')
  t.equal(journal.runs().length, 1000)
  t.end()
})

t.test('finished runs into one collection do not push out those of another', (t) => {
  const journal = new Journal(database(t))
  journal.begin('other', { ...KEY, class: 'Other' }, 'other')
  journal.finish('other', 'done')
  for (let index = 0; index < 1005; index++) {
    journal.begin(`run ${index}`, KEY, 'c')
    journal.finish(`run ${index}`, 'done')
  }
  t.equal(journal.find('other')?.status, 'done')
  t.end()
})

t.test('runs on archives are kept up to a number, however many archives there are', (t) => {
  const journal = new Journal(database(t))
  journal.begin('ingest', KEY, 'c')
  journal.finish('ingest', 'done')
  for (let index = 0; index < 1005; index++) {
    journal.begin(`run ${index}`, { ...KEY, target: `/backups/${index}` }, 'c', 'verify')
    journal.finish(`run ${index}`, 'done')
  }
  t.equal(journal.runs().length, 1001)
  t.equal(journal.find('run 4'), undefined)
  const names = (runs: readonly RunRecord[]) => runs.map(({ run }) => run)
  t.same(names(journal.runs('T')), ['ingest'])
  t.same(names(journal.runs('T', { withArchives: true, limit: 2 })), ['run 1004', 'run 1003'])
  t.equal(journal.runs('T', { withArchives: true }).length, 1001)
  t.end()
})

t.test('the run that began last is the newest, whatever the clock said', (t) => {
  const db = database(t)
  const journal = new Journal(db)
  journal.begin('ahead', KEY, 'c')
  db.prepare("UPDATE runs SET started_at = '2099-01-01T00:00:00.000Z'").run()
  journal.begin('later', KEY, 'c')
  t.equal(journal.unfinished(KEY)?.run, 'later')
  t.same(
    journal.runs().map(({ run }) => run),
    ['later', 'ahead'],
  )
  journal.finish('later', 'done')
  t.equal(journal.unfinished(KEY), undefined, 'an interrupted one from the future is not continued')
  t.end()
})

t.test('a commit of a run writes what changed, however many repositories and inputs came before', (t) => {
  const db = database(t)
  const journal = new Journal(db)
  journal.begin('run', KEY, 'c')
  for (let index = 0; index < 2000; index++) {
    journal.commit('run', {
      ...step({ input: index, commits: new Map([[`repository ${index}`, 'c'.repeat(40)]]) }),
      kept: [{ input: index, line: 7, digest: 'e'.repeat(64) }],
    })
  }
  const { bytes } = db.prepare('SELECT length(checkpoint) AS bytes FROM runs').get() as { bytes: number }
  t.ok(bytes < 1000, `${bytes} bytes`)
  const checkpoint = journal.checkpoint('run')
  t.equal(checkpoint?.commits.size, 2000)
  t.equal(checkpoint?.ends.length, 1999)
  t.equal(journal.positions('T').get('C')?.size, 2000)
  t.end()
})

t.test('a run that goes on shows what its last commit counted, not what it had at its end before', (t) => {
  const journal = new Journal(database(t))
  journal.begin('run', KEY, 'c')
  journal.finish('run', 'failed', { counts: { written: 5 } })
  journal.commit('run', step({ tally: { ...emptyTally(), written: 9 } }))
  t.match(journal.find('run'), { counts: { written: 9 } })
  t.end()
})

t.test('names of repositories and commits are kept as they are', (t) => {
  const journal = new Journal(database(t))
  journal.begin('run', KEY, 'c')
  const commits = new Map([
    ['__proto__', 'constructor'],
    ['"quoted" \\ back\nslash \u001b[2J', 'é 😀 \u2028'],
    ['', '0012'],
    ['12', 'null'],
  ])
  journal.commit('run', step({ commits }))
  t.same([...journal.commits('run')].sort(), [...commits].sort())
  t.same([...journal.positions('T').get('C')!].sort(), [...commits].sort())
  t.end()
})

t.test('fingerprints come back in order, and go with the end of the run', (t) => {
  const db = database(t)
  const journal = new Journal(db)
  journal.begin('run', KEY, 'c')
  const note = (record: number, ...values: number[]) =>
    journal.commit('run', step({ fingerprints: { input: 0, record, values: Uint32Array.from(values) } }))
  note(1, 7, 0xffffffff)
  note(3, 9)
  t.same([...journal.fingerprints('run', 0)], [7, 0xffffffff, 9])
  t.same([...journal.fingerprints('run', 1)], [])
  journal.finish('run', 'done')
  t.same([...journal.fingerprints('run', 0)], [])
  t.end()
})

t.test('a collection that is removed or recreated has no positions', (t) => {
  const journal = new Journal(database(t))
  const brought = (run: string) => {
    journal.begin(run, KEY, 'c')
    journal.commit(run, step({ commits: new Map([['acme', 'a']]) }))
    journal.finish(run, 'done')
  }
  brought('one')
  journal.forget('T', 'C')
  t.equal(journal.positions('T').size, 0)
  brought('two')
  journal.forgetPositions('T', 'C')
  t.equal(journal.positions('T').size, 0)
  t.end()
})

t.test('the journal of an older version keeps its runs, commits and checkpoints', (t) => {
  const db = database(t)
  db.exec(`
    CREATE TABLE runs (
      run TEXT PRIMARY KEY, key TEXT NOT NULL, status TEXT NOT NULL, collection TEXT NOT NULL,
      class TEXT NOT NULL, target TEXT NOT NULL, inputs TEXT NOT NULL, started_at TEXT NOT NULL,
      updated_at TEXT NOT NULL, checkpoint TEXT, error TEXT
    ) STRICT;
    CREATE INDEX runs_by_key ON runs (key, started_at);
    CREATE TABLE names (
      target TEXT NOT NULL, class TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (target, class)
    ) STRICT;`)
  const insert = db.prepare(
    `INSERT INTO runs VALUES (?, 'k', ?, 'c', 'C', 'T', '["a","b"]', 't', 't', ?, NULL)`,
  )
  const tally = (commits: object) => ({ ...emptyTally(), commits })
  const marks = [
    { line: 9, digest: 'end' },
    { line: 4, digest: 'here' },
  ]
  const before = { lines: 9, bytes: 90 }
  insert.run('none', 'running', null)
  insert.run(
    'old',
    'done',
    JSON.stringify({ marks, before, tally: tally({ acme: 'a', b: 'b' }), rejectsBytes: 0 }),
  )
  insert.run(
    'new',
    'failed',
    JSON.stringify({ marks, before, tally: tally({ acme: 'c' }), rejectsBytes: 5, rejectsPath: '/r' }),
  )
  const journal = new Journal(db)
  t.same(
    [...journal.positions('T').get('C')!],
    [
      ['acme', 'c'],
      ['b', 'b'],
    ],
  )
  t.strictSame(journal.checkpoint('new'), {
    before,
    tally: emptyTally(),
    rejectsBytes: 5,
    rejectsPath: '/r',
    input: 1,
    mark: { line: 4, digest: 'here' },
    commits: new Map([['acme', 'c']]),
    ends: [{ line: 9, digest: 'end' }],
    places: [{ line: 4, digest: 'here' }],
  })
  t.equal(journal.checkpoint('none'), undefined)
  t.same(
    journal.runs().map(({ run }) => run),
    ['new', 'old', 'none'],
  )
  t.doesNotThrow(() => new Journal(db), 'it is brought to this version once')
  t.end()
})

t.test('a run id that was used is refused, and its run stays as it was', async (t) => {
  const directory = t.testdir()
  const store = await openSqlite(join(directory, 'store.db'))
  t.teardown(() => store.close())
  const state = openState(store, directory)
  const add = { repo: 'r', op: 'add', path: 'a', content: '1' }
  const context = { state, runId: 'mine' }
  const first = await ingestFiles(
    [input(add, { repo: 'r', new_changeset: { commit: 'aaa' } })],
    store,
    { collection: 'c' },
    context,
  )
  t.equal(first.report.status, 'done')
  for (const dryRun of [false, true]) {
    const again = ingestFiles([input(add)], store, { collection: 'c', dryRun }, context)
    await t.rejects(again, { code: 'ELYSIA_CONFLICT', message: /the run mine/ })
    const made = ingestFiles([input(add)], store, { collection: 'other', dryRun }, context)
    await t.rejects(made, { code: 'ELYSIA_CONFLICT' })
  }
  t.match(state.journal.find('mine'), { status: 'done', checkpoint: { tally: { records: 2 } } })
  t.same([...state.journal.commits('mine')], [['r', 'aaa']])
  t.same(
    (await store.list()).map(({ name }) => name),
    ['C'],
    'nothing was made for a refused one',
  )
})
