import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import t from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { openChain } from '../../../lib/archive/chain/chain.ts'
import { chainObjects } from '../../../lib/archive/chain/objects.ts'
import type { Manifest, Part } from '../../../lib/archive/manifest.ts'
import type { ObjectSource } from '../../../lib/archive/object/source.ts'
import { archiveObjects } from '../../../lib/archive/part/objects.ts'
import { contentText } from '../../../lib/archive/selection.ts'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { backupSingle } from '../../../lib/job/backup/single.ts'
import { verify } from '../../../lib/job/verify/verify.ts'
import { dropProperty } from '../../../lib/transform/step/drop.ts'
import { eachObject } from '../../../lib/transform/step/eachObject.ts'
import { Refusal, type Transform } from '../../../lib/transform/transform.ts'
import { idOf, THING, things } from '../backup/archived.ts'

/** Refuses objects whose count leaves the rest 0, and leaves out those of the rest 1. */
function sieve(of: number): Transform {
  const name = `sieve ${of}`
  return {
    name,
    filters: true,
    bind: (schema) =>
      eachObject(name, {
        schema,
        touches: [],
        change: ({ properties }) => {
          const rest = Number(properties.count) % of
          return rest === 0 ? new Refusal('in the sieve') : rest === 1 ? 'filtered' : 'kept'
        },
      }),
  }
}

async function all(source: ObjectSource): Promise<StoredObject[]> {
  const found: StoredObject[] = []
  for (const range of source.ranges) for await (const page of source.pages(range)) found.push(...page)
  return found
}

/** Where the objects of a part lie, and those that were left out of it, by their number. */
function within(part: Part, count: number): number[] {
  const { after = '', up_to: upTo } = part
  const numbers = Array.from({ length: count }, (_, n) => n)
  return numbers.filter((n) => idOf(n, count) > after && (upTo === undefined || idOf(n, count) <= upTo))
}

t.test('an archive holds what transforms make of objects, and their class', async (t) => {
  const files: Files = new Map()
  const context = { transforms: [dropProperty('kind')] }
  const { manifest, report } = await backup(await things(200), 'Thing', memoryStorage(files), {}, context)
  t.match(manifest, {
    transforms: [{ name: 'drop kind' }],
    counts: { before: 200, after: 200, written: 200, filtered: 0 },
    consistency: /the counts before and after it agree/,
  })
  t.same(report.transforms, [{ name: 'drop kind' }])
  t.same((manifest.schema as typeof THING).properties, THING.properties?.slice(0, 2))
  const objects = await all(archiveObjects(await openArchive(memoryStorage(files))))
  t.equal(objects.length, 200)
  t.notOk(objects.some(({ properties }) => 'kind' in properties))
})

t.test(
  'each part says how many of its ids were left out and refused, whatever the selection took before',
  async (t) => {
    const law = fc.asyncProperty(
      fc.integer({ min: 2, max: 7 }),
      fc.integer({ min: 1, max: 80 }),
      fc.constantFrom(undefined, 'count > 20', 'count IN (1, 2, 3, 40, 41)'),
      async (of, count, filter) => {
        const options = { partSize: 4096, compression: 'none', allowEmpty: true } as const
        const files: Files = new Map()
        const { manifest } = await backup(
          await things(count),
          'Thing',
          memoryStorage(files),
          { ...options, ...(filter !== undefined && { filter }) },
          { transforms: [sieve(of), dropProperty('kind')] },
        )
        const isSelected = (n: number) =>
          filter === undefined || (filter === 'count > 20' ? n > 20 : [1, 2, 3, 40, 41].includes(n))
        const [kept, left, refused] = [[], [], []] as number[][]
        for (let n = 0; n < count; n++) {
          if (!isSelected(n) || n % of === 1) left!.push(n)
          else if (n % of === 0) refused!.push(n)
          else kept!.push(n)
        }
        const { written, filtered, rejected = 0 } = manifest.counts
        t.same([written, filtered, rejected], [kept!.length, left!.length, refused!.length])
        for (const part of manifest.parts) {
          const numbers = within(part, count)
          const counts = [part.objects, part.filtered ?? 0, part.rejected ?? 0]
          const wanted = [kept, left, refused].map((some) => numbers.filter((n) => some!.includes(n)).length)
          t.same(counts, wanted)
        }
      },
    )
    await fc.assert(law, { numRuns: 40 })
  },
)

t.test(
  'refused objects are in the rejects file as the store has them, and the report says why',
  async (t) => {
    const rejectsDirectory = await mkdtemp(join(tmpdir(), 'elysiactl-rejects-'))
    t.teardown(() => rm(rejectsDirectory, { recursive: true }))
    const context = { transforms: [dropProperty('kind'), sieve(50)], rejectsDirectory }
    const { report, manifest } = await backup(await things(100), 'Thing', memoryStorage(), {}, context)
    t.match(report, { rejected: 2, reject_reasons: [{ reason: 'sieve 50: in the sieve', count: 2 }] })
    const lines = (await readFile(report.rejects_file!, 'utf8')).trim().split('\n')
    t.match(JSON.parse(lines[0]!), {
      id: idOf(0, 100),
      code: 'transform_failed',
      archive: manifest.id,
      class: 'Thing',
      object: { properties: { title: 'thing 0', count: 0, kind: 'red' } },
    })
    t.equal(lines.length, 2)
  },
)

t.test('a single file accounts for them as well', async (t) => {
  const stream = new PassThrough()
  const bytes = buffer(stream)
  const context = { transforms: [sieve(10)] }
  const out = { stream, location: '-' }
  const { report } = await backupSingle(await things(100), 'Thing', out, { compression: 'none' }, context)
  const lines = (await bytes).toString().trim().split('\n')
  t.match(report, { objects: 80, rejected: 10, counts: { before: 100, written: 80, filtered: 10 } })
  t.equal(lines.length, 82)
})

t.test('an increment is of what transforms make: what they leave alike has not changed', async (t) => {
  const store = await things(60)
  const transforms = [dropProperty('kind'), sieve(10)]
  const storage = memoryStorage()
  const options = { compression: 'none', maxVanished: '100%' } as const
  const full = await backup(store, 'Thing', storage, options, { transforms })
  const base = await openChain(await openArchive(storage), async () => undefined)
  const collection = store.collection('Thing')
  const [first] = await collection.readMany([idOf(5, 60)], { properties: 'all', vectors: true })
  const change = (properties: object): StoredObject => ({
    ...first!,
    properties: { ...first!.properties, ...properties },
  })
  const next = memoryStorage()
  await collection.write([change({ kind: 'none' })])
  const unchanged = await backup(store, 'Thing', next, options, { transforms, base })
  t.equal(unchanged.manifest.totals.objects, 0, 'only a dropped property has changed')
  await collection.write([change({ count: 20 })])
  const refused = memoryStorage()
  const changed = await backup(store, 'Thing', refused, options, { transforms, base })
  t.equal(changed.manifest.state?.objects, full.manifest.totals.objects - 1, 'it is refused by now')
  t.ok(changed.report.rejected > 0)
  const chain = await openChain(await openArchive(refused), async () => base.newest)
  t.equal((await all(chainObjects(chain))).length, 47)
  await t.rejects(backup(store, 'Thing', memoryStorage(), options, { transforms: [sieve(10)], base }), {
    code: 'ELYSIA_CONFLICT',
    message: /holds drop kind; sieve 10, not sieve 10: there can be no increment of it/,
  })
})

t.test('a backup is resumed with the transforms that it was begun with', async (t) => {
  const storage = memoryStorage()
  const store = await things(300)
  const stop = new AbortController()
  const begun = { transforms: [dropProperty('kind')], stop: stop.signal }
  const onEvent = ({ type }: { type: string }) => type === 'progress' && stop.abort()
  const options = { partSize: 4096, workers: 1 } as const
  await t.rejects(backup(store, 'Thing', storage, options, { ...begun, onEvent }))
  await t.rejects(backup(store, 'Thing', storage, options, { resume: true }), {
    code: 'ELYSIA_CONFLICT',
    message: /begun with another list of transforms/,
  })
  const context = { transforms: [dropProperty('kind')], resume: true }
  const { manifest } = await backup(store, 'Thing', storage, options, context)
  t.equal((manifest as Manifest).totals.objects, 300)
})

t.test('a transform that adds objects is none for an archive', async (t) => {
  const adding: Transform = { ...dropProperty('kind'), name: 'script x.mjs', expands: true }
  await t.rejects(backup(await things(3), 'Thing', memoryStorage(), {}, { transforms: [adding] }), {
    code: 'ELYSIA_USAGE',
    message: 'script x.mjs may make several objects of one',
  })
})

t.test('a transformed archive is one of a part for retention, and is compared with no store', async (t) => {
  const store = await things(20)
  const files: Files = new Map()
  const context = { transforms: [dropProperty('kind'), sieve(10)] }
  const { manifest } = await backup(store, 'Thing', memoryStorage(files), { filter: 'count > 3' }, context)
  t.equal(contentText(manifest), 'where count > 3; drop kind; sieve 10')
  t.equal((await verify(memoryStorage(files), { level: 'records' })).faults.length, 0)
  await t.rejects(verify(memoryStorage(files), { level: 'live' }, { against: { store } }), {
    code: 'ELYSIA_USAGE',
    message: /holds what transforms made of its collection: drop kind; sieve 10/,
  })
})
