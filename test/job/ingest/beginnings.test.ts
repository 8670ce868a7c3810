// What an ingest makes, and when: nothing before its input is known for change records.
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { ingestFiles } from '../../../lib/job/ingest/ingest.ts'
import type { Input } from '../../../lib/job/ingest/input.ts'
import { openState } from '../../../lib/run/state.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { each, on, types } from '../../run/listening.ts'

const OPTIONS = { collection: 'source-code' }
const HASH = '0123456789abcdef0123456789abcdef01234567'
const add = (path: string) => `${JSON.stringify({ repo: 'A', op: 'add', path, content: path })}\n`

const FOREIGN: readonly (readonly [what: string, bytes: Buffer])[] = [
  ['is compressed with xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4, 1, 2, 3, 4, 5, 6, 7, 8, 9])],
  ['is compressed with zip', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(30)])],
  ['is compressed twice', gzipSync(gzipSync(add('a')))],
  ['is output of git', Buffer.from(`commit ${HASH}\nAuthor: x\n`)],
  ['is an archive', gzipSync('{"elysiactl_archive":{"format":"jsonl"},"sha256":"0"}\n')],
]

function input(name: string, bytes: Buffer | string, rereadable: boolean): Input {
  return { name, rereadable, open: () => Readable.from([Buffer.from(bytes)], { objectMode: false }) }
}

async function place(t: Test) {
  const directory = t.testdir()
  const store = await openSqlite(join(directory, 'store.db'))
  t.teardown(() => store.close())
  return { store, state: openState(store, directory), directory }
}

const namesIn = async (store: Store) => (await store.list()).map(({ name }) => name)

t.test('an input that is refused makes no collection, from a file or a pipe', async (t) => {
  for (const [what, bytes] of FOREIGN) {
    for (const rereadable of [true, false]) {
      const { store, state } = await place(t)
      const { report, error } = await ingestFiles([input('x', bytes, rereadable)], store, OPTIONS, { state })
      t.match(error, { message: `the input ${what}` })
      t.match(report, { status: 'failed', written: 0 })
      t.same(await namesIn(store), [], what)
      t.match(state.journal.find(report.id), { status: 'failed' })
    }
  }
})

t.test('of several files each is looked at before the first is taken, and named', async (t) => {
  for (const [what, bytes] of FOREIGN) {
    const { store, state } = await place(t)
    const inputs = [input('/a.jsonl', add('a'), true), input('/b.jsonl', bytes, true)]
    const { error } = await ingestFiles(inputs, store, OPTIONS, { state })
    t.match(error, { message: `/b.jsonl ${what}`, hint: /./ })
    t.same(await namesIn(store), [], what)
  }
})

t.test('of several inputs the one that is damaged, or a refused pipe, is named', async (t) => {
  const cut = gzipSync(add('a')).subarray(0, -10)
  for (const [bytes, rereadable, said] of [
    [cut, true, '/b: the gzip input is cut short'],
    [FOREIGN[0]![1], false, '/b is compressed with xz'],
  ] as const) {
    const { store } = await place(t)
    const inputs = [input('/a', add('a'), true), input('/b', bytes, rereadable)]
    const { report, error } = await ingestFiles(inputs, store, OPTIONS)
    t.match(error, { message: said })
    t.equal(report.written, 1, 'what came before it is there')
  }
})

t.test('the collection is made when the first line of a pipe is there, or at its end', async (t) => {
  const { store, state } = await place(t)
  const pipe = new PassThrough()
  const notices: string[] = []
  const made = Promise.withResolvers<void>()
  const ended = ingestFiles([{ name: 'stdin', rereadable: false, open: () => pipe }], store, OPTIONS, {
    state,
    onEvent: each(
      types(notices),
      on('collection_created', () => made.resolve()),
    ),
  })
  await new Promise((resolve) => setTimeout(resolve, 50))
  t.same(await namesIn(store), [], 'nothing yet')
  pipe.write('\n{}\n')
  await made.promise
  t.same(notices, ['collection_created'])
  t.same(await namesIn(store), ['SourceCode'])
  pipe.end(add('a'))
  t.match((await ended).report, { status: 'done', written: 1 })

  const empty = await place(t)
  t.match((await ingestFiles([input('stdin', '', false)], empty.store, OPTIONS)).report, { status: 'done' })
  t.same(await namesIn(empty.store), ['SourceCode'])
})

t.test('a collection that does not fit is told before anything of a pipe has come', async (t) => {
  const store = openMemory()
  await ingestFiles([input('stdin', add('a'), false)], store, OPTIONS)
  const pipe = new PassThrough()
  t.teardown(() => pipe.destroy())
  const never: Input = { name: 'stdin', rereadable: false, open: () => pipe }
  for (const options of [
    { ...OPTIONS, tenant: 'a' },
    { collection: 'absent', create: false },
    { collection: 'SOURCECODE' },
  ])
    await t.rejects(ingestFiles([never], store, options), { code: /CONFLICT|NOT_FOUND/ })
})

t.test('what was made meanwhile by another process is checked before it is used', async (t) => {
  const { store } = await place(t)
  const pipe = new PassThrough()
  const ended = ingestFiles([{ name: 'stdin', rereadable: false, open: () => pipe }], store, OPTIONS)
  await new Promise((resolve) => setTimeout(resolve, 50))
  await store.create({ class: 'SourceCode', properties: [{ name: 'content', dataType: ['int'] }] })
  pipe.end(add('a'))
  t.match((await ended).error, { code: 'ELYSIA_CONFLICT', message: /content is int/ })
})
