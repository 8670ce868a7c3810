// A class of each combination of vectors comes back as it was, and a dry run says the same as the restore does.
import t, { type Test } from 'tap'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import type { StoredObject, Vector } from '../../../lib/core/object.ts'
import { vectorNames } from '../../../lib/core/schema.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { openStore } from '../../../lib/store/open.ts'
import type { CollectionSchema, Store } from '../../../lib/store/store.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import { weaviateDouble } from '../../double/double.ts'
import { idOf } from '../backup/archived.ts'
import { changedStore } from '../changed.ts'
import { TARGETS } from '../targets.ts'
import { objectsOf, sourceOf, summed } from './restored.ts'

const UNNAMED = { vectorizer: 'none', vectorIndexType: 'hnsw' }
const one = { vectorizer: { none: {} }, vectorIndexType: 'hnsw' }
const several = { ...one, vectorIndexConfig: { multivector: { enabled: true } } }

const CONFIGURATIONS: Readonly<Record<string, Omit<CollectionSchema, 'class'>>> = {
  'no vector at all': { vectorizer: 'none' },
  'an unnamed one': UNNAMED,
  'an unnamed flat one': { ...UNNAMED, vectorIndexType: 'flat' },
  'a named one': { vectorConfig: { a: one } },
  'two named ones': { vectorConfig: { a: one, b: { ...one, vectorIndexType: 'flat' } } },
  'a multi-vector': { vectorConfig: { m: several } },
  'a named one and a multi-vector': { vectorConfig: { a: one, m: several } },
  'an unnamed one and a named one': { ...UNNAMED, vectorConfig: { a: one } },
  'an unnamed one, two named ones and a multi-vector': {
    ...UNNAMED,
    vectorConfig: { a: one, b: one, m: several },
  },
}

/** Objects with all vectors that a class has, but the first, which has none. */
function objectsWith(schema: CollectionSchema): StoredObject[] {
  const { unnamed, named } = vectorNames(schema)
  return [0, 1, 2].map((n) => {
    const vectorOf = (name: string): Vector =>
      name === 'm' ? [Float32Array.of(n, 0.1), Float32Array.of(1, n)] : Float32Array.of(n, 0.1, name.length)
    const vectors = Object.fromEntries(named.map((name) => [name, vectorOf(name)]))
    return {
      id: idOf(n, 3),
      properties: { title: `thing ${n}` },
      ...(n > 0 && unnamed && { vector: Float32Array.of(n, -n) }),
      ...(n > 0 && named.length > 0 && { vectors }),
    }
  })
}

async function archiveWith(schema: CollectionSchema): Promise<Files> {
  const store = openMemory()
  await store.create(schema)
  const outcomes = await store.collection(schema.class).write(objectsWith(schema))
  const refused = outcomes.find(({ ok }) => !ok)
  if (refused !== undefined) throw new Error(refused.reason)
  const files: Files = new Map()
  await backup(store, schema.class, memoryStorage(files), { allowMissingVectors: true, compression: 'none' })
  return files
}

const PROPERTIES = [{ name: 'title', dataType: ['text'] }]

/** What a server that is older does not have. */
function lackOf(which: string, { supports }: Store): string | undefined {
  if (which.includes('multi-vector') && !supports.multiVectors) return 'multi-vectors'
  const isMixed = which.includes('unnamed one') && / (a|two) named/.test(which)
  return isMixed && !supports.mixedVectors ? 'unnamed vector beside named ones' : undefined
}

for (const [name, open] of Object.entries(targets())) {
  for (const [which, configuration] of Object.entries(CONFIGURATIONS)) {
    t.test(`${which}: backed up and restored into ${name}`, async (t) => {
      const store = await open(t)
      const lacks = lackOf(which, store)
      if (lacks !== undefined) {
        t.pass('restored', { skip: `${name} has no ${lacks}` })
        return
      }
      const schema = { class: 'VectorsThing', properties: PROPERTIES, ...configuration }
      await store.drop(schema.class)
      t.teardown(() => store.drop(schema.class).catch(() => {}))
      const files = await archiveWith(schema)
      t.match(await restore(await sourceOf(files), store, { dryRun: true }), { status: 'planned' })
      const report = await restore(await sourceOf(files), store, {})
      t.match(summed(report), { written: 3, rejected: 0, verification: { count: 3, digest_equal: true } })
      t.strictSame(await objectsOf(store, schema.class), objectsWith(schema))
      const made = await store.schema(schema.class)
      t.strictSame(vectorNames(made!).named.toSorted(), vectorNames(schema).named.toSorted())
    })
  }
}

t.test(
  'where a server has no class of both kinds, the dry run says so, and so does the restore',
  async (t) => {
    const double = await weaviateDouble({ version: '1.30.0' })
    const store = await openStore(parseTarget(double.target))
    t.teardown(async () => {
      await store.close()
      await double.stop()
    })
    const files = await archiveWith({
      class: 'Thing',
      properties: PROPERTIES,
      ...UNNAMED,
      vectorConfig: { a: one },
    })
    for (const dryRun of [true, false]) {
      const restored = restore(await sourceOf(files), store, { dryRun })
      await t.rejects(restored, { code: 'ELYSIA_CONFLICT', message: /an unnamed vector and named ones/ })
    }
    t.strictSame(await store.list(), [])
  },
)

t.test('the second step fails once: nothing half made is taken for whole', async (t) => {
  const double = await weaviateDouble()
  const store = await openStore(parseTarget(double.target))
  t.teardown(async () => {
    await store.close()
    await double.stop()
  })
  const schema = { class: 'Thing', properties: PROPERTIES, ...UNNAMED, vectorConfig: { a: one } }
  const files = await archiveWith(schema)
  const away = { fault: 'status', code: 'UNAVAILABLE', text: 'the node is away' } as const
  for (const [on, count] of [
    ['PUT /v1/schema', 1],
    ['PUT /v1/schema', 2],
    ['DELETE /v1/schema', 1],
  ] as const) {
    const taken = double.faults.inject({ ...away, on, count })
    const also = on.startsWith('DELETE')
      ? double.faults.inject({ ...away, on: 'PUT /v1/schema', count: 1 })
      : undefined
    t.match(await restore(await sourceOf(files), store, {}), {
      written: 3,
      verification: { digest_equal: true },
    })
    t.ok(taken() > 0 && (also === undefined || also() > 0), `${on}: the fault was met`)
    await store.drop('Thing')
  }
})

t.test('a call that ended between the two steps is finished, and not taken for whole', async (t) => {
  const schema = { class: 'Thing', properties: PROPERTIES, ...UNNAMED, vectorConfig: { a: one } }
  const inner = openMemory()
  let calls = 0
  const store: Store = changedStore(inner, () => ({}), {
    async create(wanted) {
      calls += 1
      if (calls > 1) return inner.create(wanted)
      const { vectorConfig: _, ...first } = wanted
      await inner.create(first as CollectionSchema)
      const { ElysiaError } = await import('../../../lib/core/errors.ts')
      throw new ElysiaError('ELYSIA_UNREACHABLE', 'went away', { retryable: true })
    },
  })
  const report = await restore(await sourceOf(await archiveWith(schema)), store, {})
  t.match(summed(report), { written: 3, rejected: 0, verification: { digest_equal: true } })
  t.equal(calls, 2)
})

/** All targets, and a real server where one is named. */
function targets(): Readonly<Record<string, (t: Test) => Promise<Store>>> {
  const real = process.env.ELYSIACTL_TEST_WEAVIATE
  if (real === undefined) return TARGETS
  const [base = '', port] = real.split(',')
  const address = port === undefined ? base : `${base}?grpc=${new URL(base).hostname}:${port}`
  return {
    ...TARGETS,
    'a real server': async (t) => {
      const store = await openStore(parseTarget(address))
      t.teardown(() => store.close())
      return store
    },
  }
}
