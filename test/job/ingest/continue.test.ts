import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { ingestFiles } from '../../../lib/job/ingest/ingest.ts'
import type { Input } from '../../../lib/job/ingest/input.ts'
import { openState } from '../../../lib/run/state.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { objectsOf } from './killing.ts'

const add = (path: string, content: string) => `${JSON.stringify({ repo: 'A', op: 'add', path, content })}\n`

function stdin(text: string): Input {
  return { name: 'stdin', rereadable: false, open: () => Readable.from([Buffer.from(text)]) }
}

async function place(t: Test) {
  const directory = t.testdir()
  const store = await openSqlite(join(directory, 'store.db'))
  const state = openState(store, directory)
  t.teardown(() => store.close())
  return { store, state, directory }
}

t.test('too many rejects end the run, and the report says what the store holds', async (t) => {
  const { store, state, directory } = await place(t)
  const options = { collection: 'source-code', maxErrors: '0', batchSize: 1 }
  const rejectsPath = join(directory, 'rejects.jsonl')
  const { report, error } = await ingestFiles(
    [stdin(`${add('a', '1')}bad\n${add('b', '2')}`)],
    store,
    options,
    {
      state,
      rejectsPath,
    },
  )
  t.match(error, { code: 'ELYSIA_TOO_MANY_REJECTS' })
  t.match(report, { status: 'failed', written: 1, rejected: { not_json: 1 }, records: 2 })
  t.equal((await objectsOf(store)).length, report.written)
  t.match(state.journal.find(report.id), {
    status: 'failed',
    error: { code: 'ELYSIA_TOO_MANY_REJECTS', message: /more than --max-errors/ },
  })
})

t.test('a piped input that was settled whole is not lost when another one follows', async (t) => {
  const { store, state } = await place(t)
  const options = { collection: 'source-code' }
  const first = await ingestFiles([stdin(add('a', '1'))], store, options, { state })
  state.database.prepare("UPDATE runs SET status = 'running' WHERE run = ?").run(first.report.id)
  const second = await ingestFiles([stdin(add('b', '2') + add('c', '3'))], store, options, { state })
  t.match(second.report, { status: 'done', lines: 2, records: 2, written: 2 })
  t.equal((await objectsOf(store)).length, 3)
})

t.test('a piped input that was settled whole and comes again is done, with the same sums', async (t) => {
  const { store, state } = await place(t)
  const options = { collection: 'source-code' }
  const first = await ingestFiles([stdin(add('a', '1'))], store, options, { state })
  state.database.prepare("UPDATE runs SET status = 'running' WHERE run = ?").run(first.report.id)
  const again = await ingestFiles([stdin(add('a', '1') + add('b', '2'))], store, options, { state })
  t.match(again.report, { id: first.report.id, status: 'done', lines: 2, records: 2, written: 2 })
})

t.test('a collection that is gone is filled from the first line', async (t) => {
  const { store, state, directory } = await place(t)
  const file = join(directory, 'changes.jsonl')
  writeFileSync(file, `${add('a', '1')}bad\n${add('b', '2')}`)
  const input: Input = {
    name: file,
    rereadable: true,
    open: () => Readable.from([add('a', '1'), 'bad\n', add('b', '2')].map((line) => Buffer.from(line))),
  }
  const options = { collection: 'source-code', batchSize: 1 }
  await ingestFiles([input], store, { ...options, maxErrors: '0' }, { state })
  await store.drop('SourceCode')
  const { report } = await ingestFiles([input], store, options, { state })
  t.match(report, { status: 'done', continued_from_line: 0, written: 2 })
  t.equal((await objectsOf(store)).length, 2)
})

t.test('a dry run leaves nothing behind, and its name of a collection does not count', async (t) => {
  const { store, state } = await place(t)
  const { report } = await ingestFiles(
    [stdin(add('a', '1'))],
    store,
    { collection: 'source-code', dryRun: true },
    { state },
  )
  t.match(report, { status: 'done', dry_run: true, written: 1 })
  t.strictSame(await store.list(), [])
  t.strictSame(state.journal.runs(), [])
  t.equal(state.journal.nameOf(store.target, 'SourceCode', 'source code'), 'source code')
})

t.test('a run id of another unfinished run is refused, and the lock is given back', async (t) => {
  const { store, state } = await place(t)
  const first = await ingestFiles(
    [stdin(add('a', '1'))],
    store,
    { collection: 'source-code' },
    { state, runId: 'mine' },
  )
  state.database.prepare("UPDATE runs SET status = 'running' WHERE run = ?").run(first.report.id)
  const other = { ...stdin(add('b', '2')), name: 'other' }
  const options = { collection: 'source-code' }
  await t.rejects(ingestFiles([other], store, options, { state, runId: 'mine' }), { code: 'ELYSIA_CONFLICT' })
  const { report } = await ingestFiles([other], store, options, { state })
  t.equal(report.status, 'done')
})

t.test('the rejects of an input that was changed after an interruption are not lost', async (t) => {
  const { store, state, directory } = await place(t)
  const path = (name: string) => join(directory, name)
  const options = { collection: 'source-code', batchSize: 1 }
  const file = (text: string): Input => ({ ...stdin(text), name: 'a.jsonl', rereadable: true })
  const first = file(`bad\n${add('a', '1')}bad\n`)
  const rejectsPath = path('rejects.jsonl')
  await ingestFiles([first], store, { ...options, maxErrors: '1' }, { state, rejectsPath })
  const changed = [file(`worse\nbad\n${add('a', '2')}`)]
  const { report } = await ingestFiles(changed, store, options, { state, rejectsPath })
  t.match(report, { status: 'done', continued_from_line: 0, rejected: { not_json: 2 } })
  const records = () => readFileSync(rejectsPath, 'utf8').match(/"record":"\w+"/g)
  t.same(records(), ['"record":"worse"', '"record":"bad"'])
})

t.test('a run that is continued with another rejects file leaves both as they have to be', async (t) => {
  const { store, state, directory } = await place(t)
  const options = { collection: 'source-code', batchSize: 1 }
  const file: Input = { ...stdin(`bad\n${add('a', '1')}bad\n`), name: 'a.jsonl', rereadable: true }
  const [one, other] = [join(directory, 'one.jsonl'), join(directory, 'other.jsonl')]
  await ingestFiles([file], store, { ...options, maxErrors: '0' }, { state, rejectsPath: one })
  writeFileSync(other, 'what an earlier run left, and longer than one reject is\n'.repeat(9))
  const { report } = await ingestFiles([file], store, options, { state, rejectsPath: other })
  t.match(report, { status: 'done', rejected: { not_json: 2 } })
  const lines = (path: string) => readFileSync(path, 'utf8').match(/"line":\d/g)
  t.same([lines(one), lines(other)], [['"line":1'], ['"line":3']])
})
