import {
  createReadStream,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import t, { type Test } from 'tap'
import { OUTCOMES } from '../../../lib/core/outcome.ts'
import type { Report } from '../../../lib/core/report.ts'
import { ingestFiles } from '../../../lib/job/ingest/ingest.ts'
import type { WatchReport } from '../../../lib/job/watch/report.ts'
import { watch } from '../../../lib/job/watch/watch.ts'
import type { WriteContext } from '../../../lib/run/context.ts'
import { lockRejects } from '../../../lib/run/rejectsLock.ts'
import type { JobResult } from '../../../lib/run/run.ts'
import { lockRun, openState } from '../../../lib/run/state.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { on, onFile, type WatchedFile } from '../../run/listening.ts'
import { add, contentsOf, drop, LONG_AGO, placeOf, watched, withStore } from './watching.ts'

t.test('files that lie there are taken in order of name, and counted together', async (t) => {
  const place = placeOf(t, {
    '2.jsonl': add('a', 'second'),
    '10.jsonl': add('a', 'first'),
    '3.jsonl': `${add('a', 'third')}\n`,
    'notes.txt': 'no change file',
  })
  const { ended, names } = await watched(place, {}, ({ length }) => length === 3)
  t.strictSame(names, ['10.jsonl', '2.jsonl', '3.jsonl'])
  t.strictSame(await contentsOf(place), { a: 'third' })
  t.match(ended.report, { status: 'interrupted', files: 3, files_failed: 0, lines: 4, blank: 1, records: 3 })
  t.match(ended.report, { written: 1, superseded: 2 }, 'as one sequence')
  t.notOk('error' in ended)
})

t.test('a file that is renamed into place is taken', async (t) => {
  const place = placeOf(t, { '1.jsonl': add('a', '1') })
  const noteFile = ({ path }: WatchedFile) => {
    if (path.endsWith('1.jsonl')) drop(place, '2.jsonl', add('b', '2'))
  }
  const { names } = await watched(place, {}, ({ length }) => length === 2, { onEvent: onFile(noteFile) })
  t.strictSame(names, ['1.jsonl', '2.jsonl'])
  t.strictSame(await contentsOf(place), { a: '1', b: '2' })
})

t.test('a file that has just been written is taken when it has not changed for --settle', async (t) => {
  const place = placeOf(t, {})
  const path = join(place.inbox, '1.jsonl')
  writeFileSync(path, add('a', '1'))
  let ageMs = 0
  const noteFile = () => {
    ageMs = Date.now() - statSync(path).mtimeMs
  }
  await watched(place, { settleMs: 200 }, () => true, { onEvent: onFile(noteFile) })
  t.ok(ageMs >= 200, `${ageMs} ms`)
  t.strictSame(await contentsOf(place), { a: '1' })
})

t.test('a file that is still written to is left alone until then', async (t) => {
  const place = placeOf(t, { '1.jsonl': add('a', '1') })
  const path = join(place.inbox, '2.jsonl')
  writeFileSync(path, add('b', '1'))
  const noteFile = () => {
    if (readFileSync(path, 'utf8').includes('"c"')) return
    writeFileSync(path, add('c', '1'), { flag: 'a' })
    utimesSync(path, LONG_AGO, LONG_AGO)
  }
  const { files } = await watched(place, { settleMs: 3_600_000 }, ({ length }) => length === 2, {
    onEvent: onFile(noteFile),
  })
  t.equal(files[1]?.report.records, 2)
})

t.test('each file is taken once, by whichever process; a changed one again', async (t) => {
  const place = placeOf(t, { '1.jsonl': add('a', '1'), '2.jsonl': add('b', '2') })
  await watched(place, {}, ({ length }) => length === 2)
  drop(place, '1.jsonl', add('a', 'changed'))
  drop(place, '3.jsonl', add('c', '3'))
  const { names, ended } = await watched(place, {}, (files) =>
    files.some(({ path }) => /3.jsonl$/.test(path)),
  )
  t.strictSame(names, ['1.jsonl', '3.jsonl'])
  t.equal(ended.report.files, 2)
  t.strictSame(await contentsOf(place), { a: 'changed', b: '2', c: '3' })
})

t.test('with move they go to processed/ and failed/, over nothing that is there', async (t) => {
  const damaged = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 4, 5])
  const place = placeOf(t, {
    '1.jsonl': add('a', '1'),
    '2.jsonl': damaged,
    '3.jsonl': `${add('b', '2')}nonsense\n`,
  })
  const three = await watched(place, { after: 'move' }, ({ length }) => length === 3)
  t.match(three.ended.report, { files: 3, files_failed: 1, rejected: { not_json: 1 } })
  drop(place, '1.jsonl', add('a', 'again'))
  await watched(place, { after: 'move' }, ({ length }) => length === 1)
  t.strictSame(readdirSync(place.inbox), ['failed', 'processed'])
  t.strictSame(readdirSync(join(place.inbox, 'failed')), ['2.jsonl'])
  const processed = ['1-1.jsonl', '1.jsonl', '3.jsonl', '3.jsonl.rejects.jsonl']
  t.strictSame(readdirSync(join(place.inbox, 'processed')).sort(), processed)
  const rejects = readFileSync(join(place.inbox, 'processed/3.jsonl.rejects.jsonl'), 'utf8')
  t.match(JSON.parse(rejects), { line: 2, code: 'not_json', record: 'nonsense' })
})

t.test('the rejects of a file that failed lie beside it in failed/', async (t) => {
  const place = placeOf(t, { '1.jsonl': 'nonsense\nmore\n' })
  const options = { after: 'move', maxErrors: '0' } as const
  const { files, ended } = await watched(place, options, ({ length }) => length === 1)
  t.match(files[0]?.report.error, { code: 'ELYSIA_TOO_MANY_REJECTS' })
  t.equal(files[0]?.rejects_path, join(place.inbox, 'failed/1.jsonl.rejects.jsonl'))
  t.strictSame(readdirSync(join(place.inbox, 'failed')), ['1.jsonl', '1.jsonl.rejects.jsonl'])
  t.match(ended.report, { files: 1, files_failed: 1, status: 'interrupted', rejected: { not_json: 2 } })
})

t.test('with delete they are gone when they are done, but for one that failed', async (t) => {
  const place = placeOf(t, {
    '1.jsonl': add('a', '1'),
    '2.jsonl': add('b', '2'),
    '3.jsonl': Buffer.from([0x1f, 0x8b, 8]),
  })
  const { files } = await watched(place, { after: 'delete' }, ({ length }) => length === 3)
  t.strictSame(readdirSync(place.inbox), ['3.jsonl'])
  t.match(files[2]?.report.error, { code: 'ELYSIA_COMPRESSION' })
  t.strictSame(await contentsOf(place), { a: '1', b: '2' })
})

t.test(
  'a stop in the middle of a file is continued by the next watch, and the file taken once',
  async (t) => {
    const lines = Array.from({ length: 300 }, (_, index) => add(`p${index}`, `${index}`))
    const place = placeOf(t, { '1.jsonl': lines.join('') })
    const stop = new AbortController()
    const options = { batchSize: 10, workers: 1 }
    const first = await watched(place, options, () => false, {
      stop: stop.signal,
      onEvent: on('records_settled', () => stop.abort()),
    })
    t.strictSame(first.names, [], 'not done with')
    const { files, ended } = await watched(place, options, ({ length }) => length === 1)
    t.ok((files[0]?.report.continued_from_line ?? 0) >= 10)
    t.equal(ended.report.records, 300)
    t.equal(Object.keys(await contentsOf(place)).length, 300)
  },
)

t.test('a second watcher of the directory and collection is refused', async (t) => {
  const place = placeOf(t, { '1.jsonl': add('a', '1') })
  const store = await openSqlite(place.database)
  t.teardown(() => store.close())
  const state = openState(store, place.stateDirectory)
  const stop = new AbortController()
  let second: Promise<JobResult<WatchReport>> = Promise.reject(new Error('no file came'))
  second.catch(() => undefined)
  const noteFile = () => {
    const other = openState(store, place.stateDirectory)
    second = watch(place.inbox, store, { collection: 'source-code' }, { state: other })
    second.catch(() => undefined).finally(() => stop.abort())
  }
  await watch(
    place.inbox,
    store,
    { collection: 'source-code' },
    { state, stop: stop.signal, onEvent: onFile(noteFile) },
  )
  await t.rejects(second, { code: 'ELYSIA_LOCKED' })
})

/** A place with a store and its state, in which something is held while a dry run is tried. */
async function dryAgainst(t: Test, context: Partial<WriteContext> = {}, collection = 'source-code') {
  const place = placeOf(t, { '1.jsonl': add('a', '1') })
  const store = await openSqlite(place.database)
  t.teardown(() => store.close())
  const state = openState(store, place.stateDirectory)
  const stop = new AbortController()
  const dry = () =>
    watch(
      place.inbox,
      store,
      { collection, dryRun: true },
      { state, stop: stop.signal, onEvent: onFile(() => stop.abort()), ...context },
    )
  return { place, store, state, dry }
}

t.test('a dry run is refused where another watch holds the folder, as the real run would be', async (t) => {
  const { place, store, state, dry } = await dryAgainst(t)
  const stop = new AbortController()
  const tried = Promise.withResolvers<JobResult<WatchReport>>()
  const noteFile = () => {
    tried.resolve(dry())
    tried.promise.catch(() => undefined).finally(() => stop.abort())
  }
  await watch(
    place.inbox,
    store,
    { collection: 'source-code' },
    { state, stop: stop.signal, onEvent: onFile(noteFile) },
  )
  await t.rejects(tried.promise, { code: 'ELYSIA_LOCKED', message: /busy with watching .*inbox/ })
  const files = readdirSync(place.stateDirectory, { recursive: true }).sort()
  t.match((await dry()).report, { dry_run: true, files: 1 }, 'and is not, once that has ended')
  t.strictSame(
    readdirSync(place.stateDirectory, { recursive: true }).sort(),
    files,
    'it takes no lock itself',
  )
})

t.test(
  'a dry run is refused where another watch writes to its rejects file, or a run has one of the files',
  async (t) => {
    const rejectsPath = join(t.testdirName, '../held-rejects.jsonl')
    const one = await dryAgainst(t, { rejectsPath })
    const shared = lockRejects(one.state, rejectsPath)
    await t.rejects(one.dry(), { code: 'ELYSIA_LOCKED', message: /a run with the rejects in/ })
    shared?.release()
    t.match((await one.dry()).report, { files: 1 })

    const other = await dryAgainst(t)
    const inputs = [join(realpathSync(other.place.inbox), '1.jsonl')]
    const run = lockRun(other.state, { target: other.store.target, class: 'SourceCode', inputs })
    t.match((await other.dry()).error, { code: 'ELYSIA_LOCKED', message: /a run of .*1\.jsonl/ })
    run.release()
  },
)

t.test('a dry run refuses a second name for a class, as the real run would', async (t) => {
  const { place, store, state, dry } = await dryAgainst(t, {}, 'source code')
  const stop = new AbortController()
  const context = { state, stop: stop.signal, onEvent: onFile(() => stop.abort()) }
  await watch(place.inbox, store, { collection: 'source-code' }, context)
  t.match((await dry()).error, { code: 'ELYSIA_CONFLICT', message: /both map to the collection SourceCode/ })
})

t.test('what is no fault of a file ends the watch, and the file is taken later', async (t) => {
  const place = placeOf(t, { '1.jsonl': add('a', '1') })
  const refused = await watched(place, { create: false }, () => false)
  t.match(refused.ended.error, { code: 'ELYSIA_NOT_FOUND' })
  t.match(refused.ended.report, { status: 'failed', error: { code: 'ELYSIA_NOT_FOUND' }, files: 0 })
  const { names } = await watched(place, { after: 'move' }, ({ length }) => length === 1)
  t.strictSame(names, ['1.jsonl'])
  t.ok(existsSync(join(place.inbox, 'processed/1.jsonl')))
})

t.test('the same bytes watched and processed give the same objects and counts', async (t) => {
  const path = join(import.meta.dirname, '../../../fixtures/quick-start.jsonl')
  const place = placeOf(t, { '1.jsonl': readFileSync(path) })
  const { ended } = await watched(place, {}, ({ length }) => length === 1)
  const other = { ...place, database: `${place.database}.other` }
  const { report } = await withStore(other, (store) => {
    const input = { name: path, rereadable: true, open: () => createReadStream(path) }
    return ingestFiles([input], store, { collection: 'source-code' })
  })
  const countsOf = (of: Report) => OUTCOMES.map((name) => of[name])
  t.strictSame(countsOf(ended.report), countsOf(report))
  t.strictSame(ended.report.commits, report.commits)
  t.equal(ended.report.bytes, report.bytes)
  t.ok(isDeepStrictEqual(await contentsOf(place), await contentsOf(other)))
})

t.test('a directory that does not exist and a file are refused, and rejects among the files', async (t) => {
  const place = placeOf(t, { 'a.txt': '' })
  const refused = (directory: string, more: WriteContext, code: string) =>
    t.rejects(
      watched({ ...place, inbox: directory }, {}, () => false, more),
      { code },
    )
  await refused(join(place.inbox, 'none'), {}, 'ELYSIA_INPUT_MISSING')
  await refused(join(place.inbox, 'a.txt'), {}, 'ELYSIA_USAGE')
  await refused(place.inbox, { rejectsPath: join(place.inbox, 'rejects.jsonl') }, 'ELYSIA_USAGE')
  await refused(place.inbox, { rejectsDirectory: place.inbox }, 'ELYSIA_USAGE')
})

/** The lines of a rejects file, as `source:line`. */
function rejectsIn(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => {
    const { source, line: number } = JSON.parse(line) as { source: string; line: number }
    return `${basename(source)}:${number}`
  })
}

t.test('with --rejects the rejects of all files lie in one file, each with its source', async (t) => {
  const place = placeOf(t, { '1.jsonl': `bad\n${add('a', '1')}`, '2.jsonl': `${add('b', '2')}bad\nworse\n` })
  const rejectsPath = join(place.inbox, '../rejects.jsonl')
  const { files } = await watched(place, {}, ({ length }) => length === 2, { rejectsPath })
  t.same(rejectsIn(rejectsPath), ['1.jsonl:1', '2.jsonl:2', '2.jsonl:3'])
  t.same(
    files.map((file) => file.rejects_path),
    [rejectsPath, rejectsPath],
  )
  drop(place, '3.jsonl', 'bad\n')
  const options = { after: 'move' } as const
  await watched(place, options, (some) => some.length === 1, { rejectsPath })
  t.same(
    rejectsIn(rejectsPath),
    ['1.jsonl:1', '2.jsonl:2', '2.jsonl:3', '3.jsonl:1'],
    'a later watch appends',
  )
  t.same(readdirSync(join(place.inbox, 'processed')), ['3.jsonl'])
  writeFileSync(rejectsPath, '')
  drop(place, '4.jsonl', 'bad\n')
  await watched(place, options, (some) => some.length === 1, { rejectsPath })
  t.same(rejectsIn(rejectsPath), ['4.jsonl:1'], 'also to one that was emptied')
  await watched(place, {}, (some) => some.length === 2, { rejectsPath, fresh: true })
  t.same(rejectsIn(rejectsPath), ['1.jsonl:1', '2.jsonl:2', '2.jsonl:3'], 'begun again with --fresh')
})

t.test('a dry run takes each file once, and leaves files, store and state as they were', async (t) => {
  const moved = { repo: 'r', op: 'rename', path: 'a', new_path: 'b' }
  const place = placeOf(t, { '1.jsonl': add('a', '1'), '2.jsonl': `${JSON.stringify(moved)}\nbad\n` })
  const options = { dryRun: true, after: 'move' } as const
  const circumstances = { rejectsPath: join(place.inbox, '../rejects.jsonl') }
  const { ended, names } = await watched(place, options, ({ length }) => length === 2, circumstances)
  t.strictSame(names, ['1.jsonl', '2.jsonl'])
  t.match(ended.report, { dry_run: true, files: 2, written: 2, rejected: { not_json: 1 } })
  t.equal(
    Object.keys(ended.report.rejected).length,
    1,
    'the rename finds what the first file would have added',
  )
  t.same(rejectsIn(circumstances.rejectsPath), ['2.jsonl:2'])
  t.strictSame(readdirSync(place.inbox), ['1.jsonl', '2.jsonl'])
  t.equal(existsSync(place.stateDirectory), false)
  await withStore(place, async (store) => t.same(await store.list(), []))
  const { names: taken } = await watched(place, {}, ({ length }) => length === 2)
  t.strictSame(taken, ['1.jsonl', '2.jsonl'], 'the real watch takes them all')
})

t.test('a watch has a row of its own, with the sums over its files', async (t) => {
  const place = placeOf(t, { '1.jsonl': `bad\n${add('a', '1')}`, '2.jsonl': add('b', '2') })
  await watched(place, {}, ({ length }) => length === 2, { runId: 'mine' })
  await withStore(place, async (store) => {
    const { journal } = openState(store, place.stateDirectory)
    t.match(journal.find('mine'), {
      kind: 'watch',
      status: 'interrupted',
      inputs: [realpathSync(place.inbox)],
      counts: { files: 2, lines: 3, written: 2, rejected: { not_json: 1 } },
    })
    t.same(
      journal
        .runs()
        .map(({ kind }) => kind)
        .sort(),
      ['ingest', 'ingest', 'watch'],
    )
  })
  const again = await watched(place, {}, () => true, { runId: 'mine', stop: AbortSignal.abort() })
  t.match(again.ended.report, { id: 'mine' }, 'the same watch takes its row up again')
  const other = { runId: 'mine' }
  await t.rejects(
    watched(place, { collection: 'other' }, () => true, other),
    { code: 'ELYSIA_CONFLICT' },
  )
})
