import { deepStrictEqual } from 'node:assert/strict'
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { openDatabase } from '../../../../lib/database/connection.ts'
import type { WriteContext } from '../../../../lib/run/context.ts'
import type { RunEvent } from '../../../../lib/run/event/schema.ts'
import { runs, tried } from '../../../runs.ts'
import { drawing } from '../../ingest/killing.ts'
import { add, append, contentsOf, drop, pass, placeOf, rename, type Storage, type Told } from '../watching.ts'
import { files, left, oneByOne, rejectsIn } from './files.ts'

const RUNS = runs(12)

/** The events of one type. */
function of<T extends Told['events'][number]['type']>({ events }: Told, type: T) {
  return events.flatMap((event) => (event.type === type ? [event as Extract<typeof event, { type: T }>] : []))
}

t.test(
  'of files that wait only what decides is written, and each record names what replaced it',
  async (t) => {
    const place = placeOf(t, {
      '1.jsonl': `${add('a', '1')}${add('b', '1')}`,
      '2.jsonl': `bad\n${rename('b', 'c')}${add('a', '2')}`,
      '3.jsonl': add('a', '3'),
    })
    const told = await pass(place)
    t.strictSame(told.names, ['1.jsonl', '2.jsonl', '3.jsonl'])
    t.match(
      told.files.map(({ report }) => report),
      [
        { records: 2, written: 1, superseded: 1, coalesced: { passes: 'two', writes_saved: 1 } },
        { records: 3, written: 1, superseded: 1, rejected: { not_json: 1 } },
        { records: 1, written: 1, superseded: 0 },
      ],
    )
    t.match(told.ended.report, { records: 6, written: 3, superseded: 2, coalesced: { passes: 'two' } })
    const by = (name: string, line: number) => ({ line, path: join(place.inbox, name) })
    t.strictSame(
      of(told, 'records_superseded').map(({ records }) => records),
      [[{ line: 1, by: by('2.jsonl', 3) }], [{ line: 3, by: by('3.jsonl', 1) }]],
    )
    t.match(of(told, 'coalescing')[0], { passes: 'two', files: 4, superseded: 2 })
    t.strictSame(await contentsOf(place), { a: '3', c: '1' })
  },
)

t.test(
  'without --coalesce, and where a file may fail for its rejects, each is taken by itself',
  async (t) => {
    for (const options of [{ coalesce: 'off' }, { maxErrors: '5' }]) {
      const place = placeOf(t, { '1.jsonl': add('a', '1'), '2.jsonl': add('a', '2') })
      const { ended } = await pass(place, options)
      t.match(ended.report, { written: 2, superseded: 0 })
    }
  },
)

t.test('a file that has grown ends the group: it goes on where it was', async (t) => {
  const place = placeOf(t, { '2.jsonl': add('a', '1') })
  await pass(place)
  drop(place, '1.jsonl', add('a', '2'))
  append(place, '2.jsonl', `${add('a', '3')}${add('b', '1')}`)
  drop(place, '3.jsonl', add('b', '2'))
  const told = await pass(place)
  t.match(
    told.files.map(({ path, report }) => [basename(path), report.records, report.written]),
    [
      ['1.jsonl', 1, 1],
      ['2.jsonl', 2, 2],
      ['3.jsonl', 1, 1],
    ],
  )
  t.strictSame(await contentsOf(place), { a: '3', b: '2' })
})

t.test('a damaged file replaces nothing in those before it, and those behind it are taken', async (t) => {
  const cut = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 4, 5])
  for (const at of [1, 2, 3]) {
    const place = placeOf(t, {})
    const names = ['1.jsonl', '2.jsonl', '3.jsonl', '4.jsonl', '5.jsonl']
    for (const [index, name] of names.entries())
      drop(place, name, index + 1 === at ? cut : add('a', `${index}`))
    const told = await pass(place, { after: 'move' })
    t.strictSame(told.names, names)
    t.match(told.ended.report, { files: 6, files_failed: 1 })
    t.strictSame(readdirSync(join(place.inbox, 'failed')), [`${at}.jsonl`])
    t.strictSame(await contentsOf(place), { a: '4' })
  }
})

t.test('a file that changes once it was read has all of them taken again', async (t) => {
  const place = placeOf(t, { '1.jsonl': `${add('a', '1')}${add('b', '1')}bad\n`, '2.jsonl': add('a', '2') })
  let changed = false
  const told = await pass(place, {}, [], {
    onEvent: (event) => {
      if (event.type !== 'coalescing' || changed) return
      changed = true
      writeFileSync(join(place.inbox, '2.jsonl'), add('c', '2'))
    },
  })
  t.strictSame(await contentsOf(place), { a: '1', b: '1', c: '2' })
  t.ok(of(told, 'file_started_over').length > 0)
  t.match(told.ended.report, { rejected: { not_json: 1 }, files_failed: 0 }, 'nothing counts twice')
})

/** Three files that wait, of which the first `batches` are written when the watch is stopped. */
async function stoppedAfter(t: Test, batches: number, more: WriteContext = {}): Promise<Storage> {
  const place = placeOf(t, {
    '1.jsonl': `bad\n${add('b', '1')}`,
    '2.jsonl': `worse\n${rename('b', 'c')}`,
    '3.jsonl': add('d', '1'),
  })
  const stop = new AbortController()
  let left = batches
  const onEvent = ({ type }: RunEvent) => {
    if (type === 'records_settled' && --left === 0) stop.abort()
  }
  await pass(place, { batchSize: 10 }, [], { ...more, stop: stop.signal, onEvent })
  return place
}

t.test('rejects of others stay if a group is taken again with another file for them', async (t) => {
  const [a, b] = ['a', 'b'].map((name) => join(t.testdirName, `${name}.rejects`)) as [string, string]
  const others = '{"of":"others"}\n'
  const place = await stoppedAfter(t, 1, { rejectsPath: a })
  t.strictSame(rejectsIn(a), ['1 not_json'], 'the group was begun')
  writeFileSync(b, others.repeat(9))
  writeFileSync(join(place.inbox, '3.jsonl'), '')
  await pass(place, {}, [], { rejectsPath: b })
  const now = readFileSync(b, 'utf8')
  t.ok(now.startsWith(others.repeat(9)))
  t.equal(now.split('\n').length - 1, 11, 'and both of the group')
})

t.test('rejects that another watch wrote between the lives of a group stay', async (t) => {
  for (const isChanged of [false, true]) {
    const shared = join(t.testdirName, 'shared.rejects')
    const place = await stoppedAfter(t, 1, { rejectsPath: shared })
    const other = { ...place, inbox: join(place.inbox, '../other') }
    mkdirSync(other.inbox)
    drop(other, '1.jsonl', 'of others\n'.repeat(20))
    await pass(other, {}, [], { rejectsPath: shared })
    if (isChanged) writeFileSync(join(place.inbox, '3.jsonl'), '')
    await pass(place, {}, [], { rejectsPath: shared })
    const records = readFileSync(shared, 'utf8')
      .split('\n')
      .filter((line) => line.includes('of others'))
    t.equal(records.length, 20, isChanged ? 'taken again' : 'continued')
  }
})

t.test('a file of rejects that is not ours stays, whatever its name', async (t) => {
  const place = placeOf(t, { '1.jsonl': add('a', '1'), '2.jsonl': add('a', '2') })
  const rejectsDirectory = join(place.inbox, '../rejects')
  const theirs = join(rejectsDirectory, '2.jsonl.rejects.jsonl')
  let changed = false
  await pass(place, {}, [], {
    rejectsDirectory,
    onEvent: (event) => {
      if (event.type !== 'coalescing' || changed) return
      changed = true
      mkdirSync(rejectsDirectory, { recursive: true })
      writeFileSync(theirs, 'theirs\n')
      writeFileSync(join(place.inbox, '2.jsonl'), add('c', '2'))
    },
  })
  t.strictSame(await contentsOf(place), { a: '1', c: '2' })
  t.ok(existsSync(theirs))
})

t.test('a file with two names counts once, as it does without --coalesce', async (t) => {
  const counts = []
  for (const coalesce of ['off', 'auto'] as const) {
    const place = placeOf(t, { '1.jsonl': `${add('a', '1')}bad\n` })
    linkSync(join(place.inbox, '1.jsonl'), join(place.inbox, '2.jsonl'))
    const { report } = (await pass(place, { coalesce })).ended
    counts.push([report.lines, report.rejected, report.files])
  }
  t.strictSame(counts[1], counts[0])
})

t.test('a group is taken again if the journal no longer knows a run of it that has ended', async (t) => {
  const place = await stoppedAfter(t, 3)
  const database = openDatabase(place.database)
  const { run } = database.prepare(`SELECT run FROM watch_files WHERE path LIKE '%/1.jsonl'`).get() as {
    run: string
  }
  t.equal(database.prepare('DELETE FROM runs WHERE run = ?').run(run).changes, 1)
  database.close()
  const told = await pass(place)
  t.strictSame(await contentsOf(place), { c: '1', d: '1' })
  t.ok(of(told, 'file_started_over').length > 0)
})

/** Watches again and again, stopped or cut off after so many batches, until all files are taken. */
async function untilTaken(place: Storage, seed: number): Promise<void> {
  const draw = drawing(seed)
  for (let life = 0; ; life++) {
    const [kill, stop] = [new AbortController(), new AbortController()]
    let batches = Math.floor(draw() * 5)
    const ends = draw() < 0.5 ? kill : stop
    const told = await pass(place, { after: 'move', batchSize: 1 + Math.floor(draw() * 4) }, [], {
      signal: kill.signal,
      ...(ends === stop && { stop: stop.signal }),
      onEvent: ({ type }) => {
        if (life < 4 && type === 'records_settled' && batches-- === 0) ends.abort()
      },
    })
    if (life >= 4 || !(kill.signal.aborted || stop.signal.aborted)) {
      if (told.ended.error !== undefined) throw told.ended.error
      return
    }
  }
}

t.test('interrupted anywhere, files that wait end as if their records were applied one by one', async (t) => {
  const directory = t.testdir()
  let number = 0
  const property = fc.asyncProperty(files, fc.integer(), async (content, seed) => {
    const root = join(directory, `${number++}`)
    const place = {
      inbox: join(root, 'inbox'),
      database: join(root, 'store.db'),
      stateDirectory: join(root, 'state'),
    }
    const model = join(root, 'model')
    for (const made of [place.inbox, model, join(root, 'outside')]) mkdirSync(made, { recursive: true })
    for (const [name, lines] of Object.entries(content)) {
      drop(place, name, lines)
      writeFileSync(join(model, name), lines)
    }
    const names = Object.keys(content)
    await untilTaken(place, seed)
    deepStrictEqual(await left(place, names), await oneByOne(model, names))
    rmSync(root, { recursive: true, force: true })
  })
  await t.resolves(fc.assert(property, tried(RUNS)))
})
