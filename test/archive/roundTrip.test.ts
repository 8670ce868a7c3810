// Any collection → any archive → any store: what is there at the end equals what was there at the beginning.
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { openMemory } from '../../lib/store/memory/store.ts'
import { openStore } from '../../lib/store/open.ts'
import { openSqlite } from '../../lib/store/sqlite/store.ts'
import type { Store } from '../../lib/store/store.ts'
import { parseTarget } from '../../lib/store/target.ts'
import { weaviateDouble } from '../double/double.ts'
import { realServer } from '../double/real.ts'
import { runs } from '../runs.ts'
import { sceneFor } from './scenes.ts'
import { make, travel, WAYS } from './trips.ts'

/** Stores that are asked for one after another: those of one name are two of a kind. */
type Open = (t: Test, which: string) => Promise<Store>

const memory: Open = async () => openMemory()

const sqlite: Open = async (t, which) => {
  const store = await openSqlite(`${t.testdirName}-${which}.db`)
  t.teardown(() => store.close())
  return store
}

const double: Open = async (t) => {
  const server = await weaviateDouble()
  const store = await openStore(parseTarget(server.target))
  t.teardown(async () => {
    await store.close()
    await server.stop()
  })
  return store
}

const server: Open = async (t) => {
  const { http, grpc } = realServer()!
  const store = await openStore(parseTarget(`${http}?grpc=${grpc}`))
  t.teardown(() => store.close())
  return store
}

const STEM = `Rt${Math.random().toString(36).slice(2, 7)}`
const OTHER = `${STEM}Other`

/** So many collections from one store into another, and, where `back`, from there into a third. */
async function trips(t: Test, opens: readonly [Open, Open, Open?], numRuns: number): Promise<void> {
  const stores = await Promise.all(opens.map((open, at) => open!(t, String(at))))
  const older = stores.find(
    ({ supports }) => !(supports.multiVectors && supports.mixedVectors && supports.aliases),
  )
  if (older !== undefined) {
    t.pass('collections of every kind', { skip: `${older.target} is older than some of their features` })
    return
  }
  for (const store of new Set(stores)) {
    await store.drop(OTHER)
    await store.create({ class: OTHER, vectorizer: 'none' })
  }
  const names = [`${STEM}One`, `${STEM}Two`, `${STEM}Three`] as const
  const sweep = async () => {
    for (const store of stores) {
      for (const name of names) await store.drop(name)
      for (const { alias } of await store.aliases()) if (alias.startsWith(STEM)) await store.dropAlias(alias)
    }
  }
  t.teardown(async () => {
    await sweep()
    for (const store of stores) await store.drop(OTHER)
  })
  const taken = { name: names[0], other: OTHER, server: stores.some(({ kind }) => kind === 'weaviate') }
  const property = fc.asyncProperty(sceneFor(taken), WAYS, WAYS, async (scene, way, back) => {
    await sweep()
    await make(stores[0]!, scene)
    await travel(stores[0]!, names[0], stores[1]!, names[1], way)
    if (stores[2] === undefined) return
    await travel(stores[1]!, way.renamed ? names[1] : names[0], stores[2], names[2], back)
  })
  await fc.assert(property, {
    numRuns: Math.ceil(numRuns),
    seed: SEED,
    endOnFailure: process.env.ELYSIACTL_TEST_SEED === undefined,
  })
  t.pass(`${numRuns} collections, seed ${SEED}`)
}

const SEED = Number(process.env.ELYSIACTL_TEST_SEED ?? Date.now() % 2 ** 31)

/** Collections on the cheapest way, and a part of them on each of the others; more by the environment. */
const RUNS = runs(20)
const LONG = { timeout: RUNS * 500 + 90_000 }
t.setTimeout(4 * LONG.timeout)

t.test('from memory to memory', LONG, (t) => trips(t, [memory, memory], RUNS))
t.test('from SQLite to memory to SQLite', LONG, (t) => trips(t, [sqlite, memory, sqlite], RUNS / 2))
t.test('from SQLite to Weaviate to SQLite', LONG, (t) => trips(t, [sqlite, double, sqlite], RUNS / 4))
t.test('from Weaviate to Weaviate', LONG, (t) => trips(t, [double, double], RUNS / 6))

t.test(
  'from SQLite to a real Weaviate to SQLite',
  { ...LONG, skip: realServer() === undefined && 'set ELYSIACTL_TEST_WEAVIATE=http://HOST:PORT[,GRPCPORT]' },
  (t) => trips(t, [sqlite, server, sqlite], 25),
)
