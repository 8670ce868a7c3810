// Two sources of objects side by side, range by range.
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { commonRanges, joinObjects, type ObjectPair } from '../../../lib/archive/object/join.ts'
import type { ObjectRange, ObjectSource } from '../../../lib/archive/object/source.ts'
import { archiveObjects } from '../../../lib/archive/part/objects.ts'
import { singleObjects } from '../../../lib/archive/single/objects.ts'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { backupFile } from '../../../lib/job/backup/destination.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { storeObjects } from '../../../lib/store/objects.ts'
import { THING, thing } from '../../job/backup/archived.ts'

const idOf = (n: number) => `0a000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`

/** A source of these ids by tenant, cut at these ids. */
function sourceOf(
  own: ReadonlyMap<string | undefined, readonly number[]>,
  cuts: readonly number[],
): ObjectSource {
  const ranges = [...own.keys()].flatMap((tenant) =>
    [...cuts, undefined].map(
      (cut, at): ObjectRange => ({
        ...(tenant !== undefined && { tenant }),
        ...(at > 0 && { after: idOf(cuts[at - 1]!) }),
        ...(cut !== undefined && { upTo: idOf(cut) }),
      }),
    ),
  )
  return {
    schema: THING,
    ranges,
    pages({ tenant, after = '', upTo = '~' }) {
      const ids = own.get(tenant)
      if (ids === undefined) throw new Error('a tenant that is not there was asked for')
      const inside = ids.map(idOf).filter((id) => id > after && id <= upTo)
      const objects = inside.map((id): StoredObject => ({ id, properties: {}, ...(tenant && { tenant }) }))
      return Readable.from(objects.length === 0 ? [] : [objects])
    },
    close: async () => {},
  }
}

const ids = fc.uniqueArray(fc.integer({ min: 0, max: 40 })).map((all) => all.toSorted((a, b) => a - b))
const tenants = fc.dictionary(fc.constantFrom('a', 'b', 'c'), ids)
const cuts = fc
  .uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 4 })
  .map((all) => all.toSorted((a, b) => a - b))

t.test('common ranges hold each object of both sides once, in the pair that it belongs to', async (t) => {
  await fc.assert(
    fc.asyncProperty(tenants, tenants, cuts, cuts, async (left, right, one, other) => {
      const [ofLeft, ofRight] = [
        sourceOf(new Map(Object.entries(left)), one),
        sourceOf(new Map(Object.entries(right)), other),
      ]
      const pairs: ObjectPair[] = []
      for (const range of commonRanges(ofLeft, ofRight))
        for await (const page of joinObjects(ofLeft, ofRight, range)) pairs.push(...page)
      const keys = (all: Record<string, number[]>) =>
        Object.entries(all).flatMap(([tenant, own]) => own.map((n) => `${tenant} ${idOf(n)}`))
      const [leftKeys, rightKeys] = [keys(left), keys(right)]
      const all = [...new Set([...leftKeys, ...rightKeys])].sort()
      const keyOf = (object?: StoredObject) => object && `${object.tenant} ${object.id}`
      t.strictSame(
        pairs.map(({ left, right }) => [keyOf(left), keyOf(right)]),
        all.map((key) => [
          leftKeys.includes(key) ? key : undefined,
          rightKeys.includes(key) ? key : undefined,
        ]),
      )
    }),
    { numRuns: 150 },
  )
})

t.test('ranges are cut where both are, or where one is if the other is not', async (t) => {
  const whole = new Map([[undefined, [1, 5, 9]]])
  const cutsOf = (one: number[], other: number[]) =>
    commonRanges(sourceOf(whole, one), sourceOf(whole, other)).flatMap(({ upTo }) => upTo ?? [])
  t.strictSame(cutsOf([2, 4, 6], []), [2, 4, 6].map(idOf))
  t.strictSame(cutsOf([], [3]), [idOf(3)])
  t.strictSame(cutsOf([2, 4, 6], [1, 4, 7]), [idOf(4)])
  t.strictSame(cutsOf([2], [3]), [])
})

async function filled(count: number) {
  const store = openMemory()
  await store.create(THING)
  await store.collection('Thing').write(Array.from({ length: count }, (_, n) => thing(n, count)))
  return store
}

t.test('a store, an archive and a single file of the same objects have them all in common', async (t) => {
  const store = await filled(700)
  const storage = directoryStorage(join(t.testdir(), 'archive'))
  await backup(store, 'Thing', storage, { partSize: 16 * 1024 })
  const file = join(t.testdirName, 'things.jsonl')
  await backupFile(store, 'Thing', file, { compression: 'zstd' })
  const projection = { properties: 'all', vectors: true } as const
  const sources = [
    storeObjects(store.collection('Thing'), THING, { projection }),
    archiveObjects(await openArchive(storage)),
    await singleObjects(() => createReadStream(file)),
  ]
  for (const left of sources)
    for (const right of sources) {
      let both = 0
      for (const range of commonRanges(left, right))
        for await (const page of joinObjects(left, right, range) as AsyncIterable<ObjectPair[]>) {
          t.ok(page.every(({ left, right }) => left?.id === right?.id))
          both += page.length
        }
      t.equal(both, 700)
    }
  await Promise.all(sources.map((source) => source.close()))
})

async function rejected(t: Test, objects: readonly StoredObject[], message: string): Promise<void> {
  const good = sourceOf(new Map([[undefined, [1, 2, 3]]]), [])
  const bad: ObjectSource = { ...good, pages: () => Readable.from([objects]) }
  const options = { names: { left: 'backup.json', right: 'Thing' } }
  await t.rejects(joinObjects(bad, good, {}, options).toArray(), { code: 'ELYSIA_DAMAGED', message })
}

t.test('a side with an id twice, or out of order, is damaged, and the id is named', async (t) => {
  const [one, two] = [1, 2].map((n): StoredObject => ({ id: idOf(n), properties: {} })) as [
    StoredObject,
    StoredObject,
  ]
  await rejected(t, [one, two, two], `backup.json has ${two.id} twice`)
  await rejected(t, [two, one], `backup.json has ${one.id} after ${two.id}, out of order`)
})
