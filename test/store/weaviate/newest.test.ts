// Copies of a class that missed writes: what is read is the newest of all, however it is asked for.
import t, { type Test } from 'tap'
import type { JsonObject, StoredObject } from '../../../lib/core/object.ts'
import { openWeaviate } from '../../../lib/store/weaviate/store.ts'
import { ALL, drain, idAt, objectAt, schemaOf } from '../../contract/store/world.ts'
import { type Double, weaviateDouble } from '../../double/double.ts'
import type { SearchReply } from '../../double/grpc/wire.ts'

const TITLES = { properties: ['title'], vectors: false } as const

/** In order of id. */
const IDS = Array.from({ length: 60 }, (_, n) => idAt(n)).sort()

function titled(n: number, title: string): StoredObject {
  return { ...objectAt(n), id: IDS[n]!, properties: { ...objectAt(n).properties, title } }
}

const sortedById = (objects: readonly StoredObject[]) => objects.toSorted((a, b) => (a.id < b.id ? -1 : 1))

async function storeOf(t: Test, doubles: readonly Double[], pageSize = 7) {
  const nodes = doubles.map(({ http, grpc }) => ({ http, grpc, grpcSecure: false }))
  const store = await openWeaviate({ nodes, target: 'cluster', pageSize })
  t.teardown(() => store.close())
  return store
}

/**
 * Two servers as copies of one class: what the first has missed is old there, or is not found by a search. A read of one
 * object gives the newest from either.
 */
async function copies(t: Test, fresh: readonly StoredObject[], isMissing: (id: string) => boolean) {
  const doubles: Double[] = []
  for (const objects of [fresh.map((_, n) => titled(n, 'old')), fresh]) {
    const double = await weaviateDouble()
    t.teardown(() => double.stop())
    const own = await storeOf(t, [double])
    await own.create({ ...schemaOf('Kept'), replicationConfig: { factor: 3 } })
    await own.collection('Kept').write(objects)
    doubles.push(double)
  }
  const titles = new Map(fresh.map(({ id, properties }) => [id, properties.title]))
  const without = ({ results, ...reply }: SearchReply) => ({
    ...reply,
    results: results.filter(({ metadata }) => !isMissing(metadata!.id)),
  })
  const newest = ({ body, ...answer }: { body: { id: string; properties: JsonObject } }) => ({
    ...answer,
    body: { ...body, properties: { ...body.properties, title: titles.get(body.id) } },
  })
  const { faults } = doubles[0]!
  faults.inject({ fault: 'lie', on: 'Search', answer: without })
  faults.inject({ fault: 'lie', on: 'GET /v1/objects/{class}/{id}', answer: newest })
  return (await storeOf(t, doubles)).collection('Kept')
}

const titles = (objects: readonly StoredObject[]) =>
  objects.map(({ id, properties }) => [id, properties.title] as const)

t.test('old and missing objects of a copy are read of a quorum', async (t) => {
  const fresh = IDS.map((_, n) => titled(n, n % 10 === 3 ? 'new' : 'old'))
  const missing = new Set(fresh.map(({ id }) => id).filter((_, n) => n % 9 === 4))
  const kept = await copies(t, fresh, (id) => missing.has(id))
  const wanted = titles(fresh)
  // Another copy is asked first each time.
  for (let turn = 0; turn < 3; turn++) t.strictSame(titles(await drain(kept.read(TITLES))), wanted)
  const range = { after: IDS[3]!, upTo: IDS[40]! }
  t.strictSame(titles(await drain(kept.read(TITLES, range))), wanted.slice(4, 41), 'a range')
  for (let turn = 0; turn < 2; turn++) {
    const found = await kept.readMany([4, 13, 3, 5].map((n) => IDS[n]!).concat(idAt(900)), TITLES)
    t.strictSame(
      titles(sortedById(found)),
      [3, 4, 5, 13].map((n) => wanted[n]!),
    )
  }
  const [object] = await drain(kept.read(TITLES, { upTo: IDS[0]! }))
  t.notOk('updatedMs' in object!, 'times come where they are asked for alone')
})

t.test('two copies that are alike are not asked object by object', async (t) => {
  const objects = Array.from({ length: 30 }, (_, n) => titled(n, 'same'))
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const store = await storeOf(t, [double])
  await store.create({ ...schemaOf('Kept'), replicationConfig: { factor: 3 } })
  await store.collection('Kept').write(objects)
  t.equal((await drain(store.collection('Kept').read(ALL))).length, 30)
  t.equal(
    (
      await store.collection('Kept').readMany(
        objects.map(({ id }) => id),
        ALL,
      )
    ).length,
    30,
  )
  t.equal(double.calls.by['GET /v1/objects/{class}/{id}'], undefined)
})

t.test('where copies do not agree whether an object was deleted, most of them decide', async (t) => {
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const store = await storeOf(t, [double])
  await store.create({ ...schemaOf('Kept'), replicationConfig: { factor: 3 } })
  const kept = store.collection('Kept')
  await kept.write([titled(1, 'there')])
  const text =
    'cannot achieve consistency level "QUORUM": read repair error: conflict: object has been deleted on another replica'
  const conflict = () =>
    double.faults.inject({
      ...({ fault: 'status', code: 'UNKNOWN', http: 500, text } as const),
      ...{ on: 'GET /v1/objects/{class}/{id}', count: 1 },
    })
  const hidden = double.faults.inject({
    ...({ fault: 'lie', on: 'Search' } as const),
    answer: (reply: SearchReply) => ({ ...reply, results: [] }),
  })
  conflict()
  const [found] = await kept.readMany([IDS[1]!], TITLES, { provesAbsence: true })
  t.match(found, { id: IDS[1]!, properties: { title: 'there' } })
  t.notOk('updatedMs' in found!)
  conflict()
  t.strictSame(await kept.readMany([IDS[2]!], TITLES, { provesAbsence: true }), [])
  hidden()
})
