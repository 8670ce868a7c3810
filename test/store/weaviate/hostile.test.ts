import { PassThrough } from 'node:stream'
import t, { type Test } from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { backupSingle } from '../../../lib/job/backup/single.ts'
import type { Collection, Projection, Store } from '../../../lib/store/store.ts'
import { openWeaviate } from '../../../lib/store/weaviate/store.ts'
import { ALL, drain, idAt, objectAt, objectsUpTo, PROPERTIES, schemaOf } from '../../contract/store/world.ts'
import { type Double, type DoubleOptions, weaviateDouble } from '../../double/double.ts'
import type { BatchDeleteReply, BatchObjectsReply, SearchReply } from '../../double/grpc/wire.ts'
import type { Answer } from '../../double/rest/rest.ts'

const REFERRING = { properties: [...PROPERTIES, { name: 'cites', dataType: ['Kept'] }] }
const WITH: Projection = { ...ALL, references: true }
/** As many as the first page holds. */
const PAGE = 50

interface World {
  readonly double: Double
  readonly store: Store
  readonly kept: Collection
}

/** A collection of two hundred objects that may refer to each other. */
async function enter(t: Test, as: DoubleOptions = {}): Promise<World> {
  const double = await weaviateDouble(as)
  t.teardown(() => double.stop())
  const nodes = [{ http: double.http, grpc: double.grpc, grpcSecure: false }]
  const store = await openWeaviate({ nodes, target: double.http })
  t.teardown(() => store.close())
  await store.create(schemaOf('Kept', REFERRING))
  const kept = store.collection('Kept')
  await kept.write(objectsUpTo(4 * PAGE))
  return { double, store, kept }
}

/** What the work ends with; it fails where it does not end with an error. */
async function errorOf(t: Test, work: Promise<unknown>): Promise<Error> {
  const thrown = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  t.ok(thrown instanceof Error, 'it ends with an error')
  return thrown as Error
}

/** Answers of a server that is not one, each with what the error says of it. */
const PAGES: Record<string, readonly [lie: (honest: SearchReply) => SearchReply, says: RegExp]> = {
  'repeats an object': [
    (honest) => ({ ...honest, results: [...honest.results.slice(0, -1), honest.results.at(-2)!] }),
    /gives the same one twice/,
  ],
  'goes back': [
    (honest) => ({ ...honest, results: honest.results.toReversed() }),
    /is out of order.*comes after/,
  ],
  'gives more than was asked for': [
    (honest) => ({ ...honest, results: [...honest.results, ...honest.results] }),
    /gives 100 objects of Kept where 50 were asked for/,
  ],
  'gives an object without an id': [
    (honest) => ({ ...honest, results: honest.results.map((one) => ({ ...one, metadata: undefined })) }),
    /whose id is not a UUID: ''/,
  ],
}

for (const [name, [lie, says]] of Object.entries(PAGES)) {
  t.test(`a page that ${name} ends the read, and says so`, async (t) => {
    const { double, kept } = await enter(t)
    double.faults.inject({ fault: 'lie', on: 'Search', answer: lie })
    t.match(await errorOf(t, drain(kept.read(ALL))), {
      code: 'ELYSIA_STORE',
      retryable: false,
      message: says,
    })
  })
}

t.test('a server that gives its first page again and again is not read for ever', async (t) => {
  const { double, kept } = await enter(t)
  let first: SearchReply | undefined
  const again = (honest: SearchReply): SearchReply => {
    first ??= honest
    return first
  }
  double.faults.inject({ fault: 'lie', on: 'Search', answer: again })
  t.match(await errorOf(t, drain(kept.read(ALL))), { code: 'ELYSIA_STORE', message: /is out of order/ })
  t.ok((double.calls.by.Search ?? 0) <= 3)
})

t.test('a backup of ids out of order is no backup: nothing of it counts', async (t) => {
  const { double, store } = await enter(t)
  type Listed = { objects: object[] }
  const changes = [
    (objects: object[]) => objects.toReversed(),
    (objects: object[]) => objects.flatMap((one) => [one, one]).slice(0, objects.length),
  ]
  for (const change of changes) {
    const answer = ({ status, body }: Answer): Answer => ({
      status,
      body: { objects: change((body as Listed).objects) },
    })
    // What refers to others is read by REST.
    const heal = double.faults.inject({ fault: 'lie', on: 'GET /v1/objects', answer })
    const files: Files = new Map()
    const thrown = await errorOf(t, backup(store, 'Kept', memoryStorage(files), {}))
    t.match(thrown, { code: 'ELYSIA_STORE', message: /out of order|the same one twice/ })
    t.notOk(files.has('manifest.json'))
    const out = new PassThrough().resume()
    const single = backupSingle(store, 'Kept', { stream: out, location: 'out' }, {})
    t.match(
      await errorOf(t, single),
      { code: 'ELYSIA_STORE', message: /out of order|the same one twice/ },
      'as one file',
    )
    heal()
  }
})

t.test('a queue of no length is not waited for', async (t) => {
  const { double, store } = await enter(t)
  const body = [{ name: 'a', status: 'READY', vectorQueueSize: 'many' }]
  double.faults.inject({
    fault: 'lie',
    on: 'GET /v1/schema/{class}/shards',
    answer: () => ({ status: 200, body }),
  })
  t.match(await errorOf(t, store.unindexed('Kept')), {
    code: 'ELYSIA_STORE',
    message: /no lengths of the queues/,
  })
})

const NO_WIDTH = Uint8Array.of(0, 0, 1, 2, 3, 4)

t.test('multi-vectors of no width, and vectors cut short, are no vectors', async (t) => {
  const { double, kept } = await enter(t)
  for (const [type, vectorBytes] of [
    [2, NO_WIDTH],
    [2, Uint8Array.of(9)],
    [1, Uint8Array.of(1, 2, 3)],
  ] as const) {
    const wrong = { name: 'x', index: 0, type, vectorBytes }
    const lie = (honest: SearchReply) => ({
      ...honest,
      results: honest.results.map((one) => ({ ...one, metadata: { ...one.metadata!, vectors: [wrong] } })),
    })
    const heal = double.faults.inject({ fault: 'lie', on: 'Search', answer: lie })
    const said = { code: 'ELYSIA_STORE', message: /objects of Kept that cannot be read/ }
    t.match(await errorOf(t, drain(kept.read(ALL))), said)
    t.match(await errorOf(t, kept.readMany([idAt(1)], ALL)), said)
    heal()
  }
})

t.test('a look-up that answers other objects than were asked for, or one twice, is an error', async (t) => {
  const { double, kept } = await enter(t)
  for (const change of [(n: number) => n + 1, () => 0]) {
    const lie = (honest: SearchReply) => ({
      ...honest,
      results: honest.results.map((one, n) => ({
        ...one,
        metadata: { ...one.metadata!, id: idAt(change(n) + 700) },
      })),
    })
    const heal = double.faults.inject({ fault: 'lie', on: 'Search', answer: lie })
    const thrown = await errorOf(t, kept.readMany([idAt(700), idAt(1), idAt(2)], ALL))
    t.match(thrown, { code: 'ELYSIA_STORE', message: /not asked for, or gives it twice/ })
    heal()
  }
})

t.test(
  'an object that is found in its old place and in its new one while it is replaced is asked for again',
  async (t) => {
    const { double, kept } = await enter(t)
    const twice = (honest: SearchReply) => ({
      ...honest,
      results: honest.results.map(() => honest.results[0]!),
    })
    const heal = double.faults.inject({ fault: 'lie', on: 'Search', answer: twice, count: 2 })
    const found = await kept.readMany([idAt(1), idAt(2)], ALL)
    t.same(found.map(({ id }) => id).sort(), [idAt(1), idAt(2)].sort())
    heal()
    // Something in a long list is always being replaced; in a short one it is not.
    const busy = (honest: SearchReply) => (honest.results.length > 3 ? twice(honest) : honest)
    const healBusy = double.faults.inject({ fault: 'lie', on: 'Search', answer: busy })
    const ids = Array.from({ length: 20 }, (_, n) => idAt(n))
    const all = await kept.readMany(ids, ALL)
    t.same(all.map(({ id }) => id).sort(), ids.toSorted(), 'in halves, if that does not help')
    healBusy()
  },
)

t.test('a refusal of an object that was not in the message is an error, not a success', async (t) => {
  const { double, kept } = await enter(t)
  const lie = (honest: BatchObjectsReply) => ({ ...honest, errors: [{ index: 17, error: 'no' }] })
  double.faults.inject({ fault: 'lie', on: 'BatchObjects', answer: lie })
  const thrown = await errorOf(t, kept.write([objectAt(1), objectAt(2)]))
  t.match(thrown, { code: 'ELYSIA_STORE', message: /refuses object 17 of a message of 2/ })
})

t.test('a reason of ten megabytes is cut where it comes in', async (t) => {
  const { double, kept, store } = await enter(t)
  const text = `no ${'x'.repeat(10_000_000)}`
  double.faults.inject({ fault: 'perObject', text, ids: [idAt(1)], on: 'BatchObjects', count: 1 })
  const [refused] = await kept.write([objectAt(1)])
  t.match(refused, { ok: false, reason: /^no x/ })
  t.ok(refused!.reason!.length < 3000)
  double.faults.inject({ fault: 'lie', on: 'GET /v1/schema/', answer: () => ({ status: 500, text }) })
  t.ok((await errorOf(t, store.schema('Kept'))).message.length < 3000)
})

t.test('more refusals, deletions or groups than were asked about end the call', async (t) => {
  const { double, kept } = await enter(t)
  const errors = new Array<{ index: number; error: string }>(100_000).fill({ index: 0, error: '' })
  const heal = double.faults.inject({
    fault: 'lie',
    on: 'BatchObjects',
    answer: (honest: BatchObjectsReply) => ({ ...honest, errors }),
  })
  t.match(await errorOf(t, kept.write([objectAt(1), objectAt(2)])), {
    code: 'ELYSIA_STORE',
    message: /refuses more objects than a message of 2 to Kept has/,
  })
  heal()
  const known = (honest: BatchDeleteReply) => ({
    ...honest,
    objects: new Array<(typeof honest.objects)[number]>(100_000).fill(honest.objects[0]!),
  })
  double.faults.inject({ fault: 'lie', on: 'BatchDelete', answer: known })
  t.match(await errorOf(t, kept.remove([idAt(3)])), {
    code: 'ELYSIA_STORE',
    message: /speaks of more objects of Kept than it was asked to delete/,
  })
})

t.test('a deletion that never comes to its end is given up', async (t) => {
  const { double, kept } = await enter(t)
  const lie = (honest: BatchDeleteReply) => ({ ...honest, matches: 1_000_000, successful: 1 })
  const heal = double.faults.inject({ fault: 'lie', on: 'BatchDelete', answer: lie })
  t.match(await errorOf(t, kept.remove([idAt(1)])), { code: 'ELYSIA_STORE', message: /names none/ })
  heal()
  const other = { uuid: Uint8Array.from({ length: 16 }, () => 7), successful: true, error: '' }
  const stray = (honest: BatchDeleteReply) => ({ ...honest, objects: [other] })
  double.faults.inject({ fault: 'lie', on: 'BatchDelete', answer: stray })
  t.match(await errorOf(t, kept.remove([idAt(2)])), { code: 'ELYSIA_STORE', message: /not asked to delete/ })
})

t.test('a count that is none is an error, and not zero', async (t) => {
  const { double, kept } = await enter(t)
  for (const answer of [
    { took: 0 },
    { took: 0, singleResult: { objectsCount: -3, aggregations: undefined } },
  ]) {
    const heal = double.faults.inject({ fault: 'lie', on: 'Aggregate', answer: () => answer })
    t.match(await errorOf(t, kept.count()), { code: 'ELYSIA_STORE', message: /no count of Kept/ })
    heal()
  }
})

/** What a REST side may answer in place of JSON of the right shape. */
const NONSENSE: Record<string, Answer> = {
  'a page of HTML': { status: 200, text: '<html>please log in</html>' },
  nothing: { status: 200, text: '' },
  'a number': { status: 200, text: '17' },
  'brackets, nine million deep': { status: 200, text: '['.repeat(9_000_000) },
}

for (const [name, answer] of Object.entries(NONSENSE)) {
  t.test(`${name} in place of an answer by REST is an error, and not an empty list`, async (t) => {
    const { double, store, kept } = await enter(t)
    double.faults.inject({ fault: 'lie', on: ['GET /v1/objects', 'GET /v1/aliases'], answer: () => answer })
    const says = { code: 'ELYSIA_STORE', message: /answers 200 to GET/ }
    t.match(await errorOf(t, drain(kept.read(WITH))), says, 'a read')
    t.match(await errorOf(t, kept.readMany([idAt(1)], WITH)), says, 'a look-up')
    t.match(await errorOf(t, store.aliases()), says, 'aliases')
    double.faults.inject({ fault: 'lie', on: ['GET /v1/schema', 'GET /v1/nodes'], answer: () => answer })
    t.match(await errorOf(t, store.list()), says, 'a list')
    t.match(await errorOf(t, store.health()), says, 'the nodes')
    t.match(await errorOf(t, store.schema('Kept')), { code: 'ELYSIA_STORE', message: /no schema of Kept/ })
  })
}

type Shown = Record<string, unknown>
const SHAPES: Record<string, (object: Shown) => unknown> = {
  'no id': ({ id: _, ...rest }) => rest,
  'a vector that is a text': (object) => ({ ...object, vector: 'abc' }),
  'vectors that are a list': (object) => ({ ...object, vectors: [1] }),
  'properties that are a list': (object) => ({ ...object, properties: [1] }),
  'no times': ({ creationTimeUnix: _, ...rest }) => rest,
  'a number in place of it': () => 7,
}

for (const [name, shape] of Object.entries(SHAPES)) {
  t.test(`an object by REST with ${name} is an error`, async (t) => {
    const { double, kept } = await enter(t)
    const lie = ({ status, body }: Answer): Answer => ({
      status,
      body: { objects: (body as { objects: Shown[] }).objects.map(shape) },
    })
    double.faults.inject({ fault: 'lie', on: 'GET /v1/objects', answer: lie })
    const thrown = await errorOf(t, drain(kept.read({ ...WITH, times: true })))
    t.match(thrown, { code: 'ELYSIA_STORE', message: /cannot be read|no list of objects/ })
  })
}

t.test('a page by REST that repeats, goes back or is too long is an error as well', async (t) => {
  const { double, kept } = await enter(t)
  type Objects = { objects: StoredObject[] }
  const changes: [(objects: StoredObject[]) => StoredObject[], RegExp][] = [
    [(objects) => objects.toReversed(), /is out of order/],
    [(objects) => [...objects.slice(0, -1), objects.at(-2)!], /gives the same one twice/],
    [(objects) => [...objects, ...objects], /gives 100 objects of Kept where 50 were asked for/],
  ]
  for (const [change, says] of changes) {
    const lie = ({ status, body }: Answer): Answer => ({
      status,
      body: { objects: change((body as Objects).objects) },
    })
    const heal = double.faults.inject({ fault: 'lie', on: 'GET /v1/objects', answer: lie })
    t.match(await errorOf(t, drain(kept.read(WITH))), { code: 'ELYSIA_STORE', message: says })
    heal()
  }
})

t.test('references: fewer results than were sent are an error, and not successes', async (t) => {
  const { double, kept } = await enter(t)
  double.faults.inject({
    fault: 'lie',
    on: 'POST /v1/batch/references',
    answer: () => ({ status: 200, body: [] }),
  })
  const links = [{ id: idAt(1), property: 'cites', beacons: [`weaviate://localhost/Kept/${idAt(2)}`] }]
  const thrown = await errorOf(t, kept.link(links))
  t.match(thrown, { code: 'ELYSIA_STORE', message: /answers 0 results to 1 references/ })
})

t.test('an answer by REST is taken up to a bound, and its connection closed', async (t) => {
  const { double, kept } = await enter(t)
  const text = ' '.repeat(70 * 1024 * 1024)
  let asked = 0
  double.faults.inject({
    fault: 'lie',
    on: 'GET /v1/objects',
    answer: (honest: Answer) => {
      asked += 1
      return asked === 1 ? { status: 200, text } : honest
    },
  })
  t.equal((await drain(kept.read(WITH))).length, 4 * PAGE, 'a page beyond it is asked for in halves')
})
