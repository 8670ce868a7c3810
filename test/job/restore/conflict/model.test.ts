// What each strategy makes of a collection, held against a few lines that say it plainly.
import fc from 'fast-check'
import t from 'tap'
import type { Json, JsonObject, StoredObject } from '../../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../../lib/core/schema.ts'
import { resolverFor } from '../../../../lib/job/restore/conflict/resolve.ts'
import type { Strategy } from '../../../../lib/job/restore/conflict/strategy.ts'
import { Traces } from '../../../../lib/job/undo/traces.ts'
import { openMemory } from '../../../../lib/store/memory/store.ts'
import { RetryingCollection } from '../../../../lib/store/sink/retryingCollection.ts'
import type { Store } from '../../../../lib/store/store.ts'
import { splitReferences } from '../../../../lib/transform/object/references.ts'
import { objectsOf } from '../restored.ts'

const CASES = 10_000

const NOTE: CollectionSchema = {
  class: 'Note',
  vectorIndexType: 'hnsw',
  vectorizer: 'none',
  properties: [
    { name: 'a', dataType: ['text'] },
    { name: 'list', dataType: ['text[]'] },
    {
      name: 'nested',
      dataType: ['object'],
      nestedProperties: [
        { name: 'x', dataType: ['text'] },
        { name: 'y', dataType: ['int'] },
      ],
    },
    { name: 'refs', dataType: ['Note'] },
  ],
}

const idOf = (n: number) => `00000000-0000-4000-8000-00000000000${n}`

const value = <T extends Json>(...values: T[]) =>
  fc.constantFrom<T | null | undefined>(undefined, null, ...values)
const nested = fc.record({ x: value('x', ''), y: value(0, 7) }, { noNullPrototype: true })
const properties = fc.record(
  {
    a: value('one', 'two', ''),
    list: value<Json>([], ['p'], ['p', 'q']),
    nested: fc.option(nested, { nil: undefined }),
    refs: fc.constantFrom(undefined, [1], [2, 1]),
  },
  { noNullPrototype: true },
)
const note = fc.record(
  { id: fc.integer({ min: 0, max: 4 }), properties, vector: fc.constantFrom(undefined, [1, 2], [3, 4]) },
  { noNullPrototype: true },
)
const notes = fc.uniqueArray(note, { selector: ({ id }) => id, maxLength: 5 })

type Drawn = typeof note extends fc.Arbitrary<infer T> ? T : never

/** An object as a store gives it: nulls are left out at every depth. */
function objectOf({ id, properties: drawn, vector }: Drawn): StoredObject {
  const { refs, ...rest } = drawn
  const links = refs?.map((to) => ({ beacon: `weaviate://localhost/Note/${idOf(to)}` }))
  return {
    id: idOf(id),
    properties: present({ ...rest, ...(links && { refs: links }) } as JsonObject),
    ...(vector && { vector: Float32Array.from(vector) }),
  }
}

function present(values: JsonObject): JsonObject {
  const some = Object.entries(values).filter(([, one]) => one !== null && one !== undefined)
  return Object.fromEntries(
    some.map(([name, one]) => [name, name === 'nested' ? present(one as JsonObject) : one]),
  )
}

interface How {
  readonly onConflict: Strategy
  readonly prefer: 'archive' | 'target'
  readonly onlyChanged: boolean
}

const how: fc.Arbitrary<How> = fc.record({
  onConflict: fc.constantFrom<Strategy>('skip', 'overwrite', 'merge', 'replace'),
  prefer: fc.constantFrom('archive', 'target'),
  onlyChanged: fc.boolean(),
})

/** The whole of it: what is in a collection afterwards, deletions aside. */
function model(
  archive: readonly StoredObject[],
  target: readonly StoredObject[],
  { onConflict, prefer }: How,
) {
  const result = new Map(target.map((one) => [one.id, one]))
  for (const one of archive) {
    const other = result.get(one.id)
    if (other === undefined || onConflict === 'overwrite' || onConflict === 'replace') result.set(one.id, one)
    else if (onConflict === 'merge') {
      const [first, second] = prefer === 'archive' ? [one, other] : [other, one]
      const vector = first.vector ?? second.vector
      const both = { ...second.properties, ...first.properties }
      const [x, y] = [first.properties.nested, second.properties.nested] as JsonObject[]
      if (x !== undefined && y !== undefined) both.nested = { ...y, ...x }
      result.set(one.id, { id: one.id, properties: both, ...(vector && { vector }) })
    }
  }
  return [...result.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

const once = <T>(call: () => Promise<T>) => call()
const split = splitReferences({ from: NOTE, name: 'Note', leftOut: new Set() })

async function filled(objects: readonly StoredObject[]): Promise<Store> {
  const store = openMemory()
  await store.create(NOTE)
  const parts = objects.map(split)
  await store.collection('Note').write(parts.map(({ object }) => object))
  await store.collection('Note').link(parts.flatMap(({ links }) => links))
  return store
}

t.test(`each strategy makes of a collection what a model says, in ${CASES} cases`, async (t) => {
  const seen = { written: 0, unchanged: 0, skipped: 0 }
  await fc.assert(
    fc.asyncProperty(notes, notes, how, async (ours, theirs, options) => {
      const [archive, target] = [ours.map(objectOf), theirs.map(objectOf)]
      const store = await filled(target)
      const existing = {
        schema: NOTE,
        strategy: options.onConflict,
        traces: new Traces('memory', NOTE),
        continues: false,
      }
      const resolve = resolverFor(existing, { options, undo: undefined })!
      const collection = store.collection('Note')
      const calls = new RetryingCollection(collection, once, new AbortController().signal)
      const { due, unchanged, skipped } = await resolve(archive.map(split), calls)
      await calls.write(due.map(({ object }) => object))
      await collection.link(due.flatMap(({ links }) => links))
      seen.written += due.length
      seen.unchanged += unchanged.length
      seen.skipped += skipped.length
      const expected = model(archive, target, options)
      if (due.length + unchanged.length + skipped.length !== archive.length)
        t.fail('an object has no outcome')
      const after = await objectsOf(store, 'Note')
      if (JSON.stringify(after.map(plain)) !== JSON.stringify(expected.map(plain))) t.same(after, expected)
    }),
    { numRuns: CASES },
  )
  for (const [name, count] of Object.entries(seen)) t.ok(count > CASES / 50, `${count} ${name}`)
})

function plain({ id, properties, vector }: StoredObject) {
  const sorted = Object.keys(properties).sort()
  return [id, sorted.map((name) => [name, sortedValue(properties[name]!)]), vector && [...vector]]
}

function sortedValue(value: Json): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
