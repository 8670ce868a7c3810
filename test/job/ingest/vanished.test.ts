import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t, { type Test } from 'tap'
import { ingestFiles } from '../../../lib/job/ingest/ingest.ts'
import type { Input } from '../../../lib/job/ingest/input.ts'
import type { WriteContext } from '../../../lib/run/context.ts'
import { openState } from '../../../lib/run/state.ts'
import { openStore } from '../../../lib/store/open.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import { weaviateDouble } from '../../double/double.ts'
import { on } from '../../run/listening.ts'

const OPTIONS = { collection: 'c', batchSize: 11 }

/** Records, and between them what happens meanwhile: once those before it are settled, the rest follow. */
function inTwoHalves(between: () => void) {
  const settled = Promise.withResolvers<void>()
  const lines = (from: number) =>
    Array.from({ length: 10 }, (_, at) => {
      const bad = at === 9 ? 'bad\n' : ''
      return `${JSON.stringify({ repo: 'r', op: 'add', path: `f${from + at}`, content: 'text' })}\n${bad}`
    }).join('')
  async function* text() {
    yield Buffer.from(lines(0))
    await settled.promise
    between()
    yield Buffer.from(lines(10))
  }
  const input: Input = { name: 'stdin', rereadable: false, open: () => Readable.from(text()) }
  const circumstances: WriteContext = {
    onEvent: on('records_settled', ({ records }) => {
      if (records >= 11) settled.resolve()
    }),
  }
  return { input, circumstances }
}

async function embedded(t: Test) {
  const directory = t.testdir({ state: {} })
  const path = join(directory, 'store.db')
  const store = await openSqlite(path)
  t.teardown(() => store.close())
  return { directory, path, store, state: openState(store, join(directory, 'state')) }
}

const fates: [string, (path: string) => void][] = [
  ['is removed with its log', (path) => ['', '-wal', '-shm'].forEach((end) => void rmSync(path + end))],
  ['is removed', (path) => rmSync(path)],
  ['loses its log', (path) => rmSync(`${path}-wal`)],
  ['is moved away', (path) => renameSync(path, `${path}.old`)],
  [
    'is replaced',
    (path) => {
      rmSync(path)
      writeFileSync(path, 'another')
    },
  ],
]

for (const [title, befall] of fates) {
  t.test(`a run whose store ${title} fails`, async (t) => {
    const { path, store, state } = await embedded(t)
    const { input, circumstances } = inTwoHalves(() => befall(path))
    const { report, error } = await ingestFiles([input], store, OPTIONS, { ...circumstances, state })
    t.match(error, { code: 'ELYSIA_STORE', message: /was removed or replaced/ })
    t.equal(report.status, 'failed')
    t.ok(report.written < 20)
  })
}

t.test('a run whose store is removed after its last record fails as well', async (t) => {
  const { path, store, state } = await embedded(t)
  const { input, circumstances } = inTwoHalves(() => {})
  const last = { ...input, settled: async () => rmSync(path) }
  const { report, error } = await ingestFiles([last], store, OPTIONS, { ...circumstances, state })
  t.match(error, { code: 'ELYSIA_STORE' })
  t.equal(report.status, 'failed')
})

t.test('a write outside a run is refused once the file is gone', async (t) => {
  const { path, store } = await embedded(t)
  await store.create({ class: 'One' })
  rmSync(path)
  await t.rejects(store.create({ class: 'Two' }), { code: 'ELYSIA_STORE' })
})

t.test('a run into a server whose journal is removed fails, since nobody would know of it', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const directory = t.testdir({ state: {} })
  const state = openState(await openServer(t, double.target), join(directory, 'state'))
  t.teardown(() => state.close())
  const { input, circumstances } = inTwoHalves(() => rmSync(join(directory, 'state'), { recursive: true }))
  const { report, error } = await ingestFiles([input], await openServer(t, double.target), OPTIONS, {
    ...circumstances,
    state,
  })
  t.match(error, { code: 'ELYSIA_STATE', message: /was removed or replaced/ })
  t.equal(report.status, 'failed')
})

async function openServer(t: Test, target: string) {
  const store = await openStore(parseTarget(target))
  t.teardown(() => store.close())
  return store
}

t.test('a run whose rejects file is removed fails before their checkpoint', async (t) => {
  const { directory, store, state } = await embedded(t)
  const rejectsDirectory = join(directory, 'rejects')
  const { input, circumstances } = inTwoHalves(() => rmSync(rejectsDirectory, { recursive: true }))
  const context = { ...circumstances, state, rejectsDirectory }
  const { report, error } = await ingestFiles([input], store, OPTIONS, context)
  t.match(error, { code: 'ELYSIA_STATE', message: /rejects/ })
  t.equal(report.status, 'failed')
  t.notOk(existsSync(rejectsDirectory))
})
