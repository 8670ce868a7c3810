import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import t from 'tap'
import { openArchive } from '../../../lib/archive/archive.ts'
import { missingIdGaps } from '../../../lib/archive/part/missingRanges.ts'
import { readSingle } from '../../../lib/archive/single/read.ts'
import { type Files, memoryStorage } from '../../../lib/archive/storage/memory.ts'
import type { StoredObject } from '../../../lib/core/object.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { backupSingle } from '../../../lib/job/backup/single.ts'
import { verify } from '../../../lib/job/verify/verify.ts'
import { idRanges } from '../../../lib/store/idRanges.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import type { Collection } from '../../../lib/store/store.ts'
import { onObjects } from '../../run/listening.ts'
import { runs } from '../../runs.ts'
import { laterPoint } from '../runs.ts'
import { archiveOf, idOf, THING, thing, things } from './archived.ts'

t.test('an archive holds every object once, and its counts are those of its bytes', async (t) => {
  const files: Files = new Map()
  const { report } = await backup(await things(7000), 'Thing', memoryStorage(files), {
    workers: 3,
    partSize: 100_000,
  })
  const { manifest } = await openArchive(memoryStorage(files))
  t.equal(report.objects, 7000)
  t.equal(report.vectors, 7000)
  t.ok(manifest.ranges.length >= 6, 'shared out among the workers')
  t.ok(manifest.parts.length > manifest.ranges.length, 'in parts of a bounded size')
  t.equal((await verify(memoryStorage(files), { level: 'records' })).objects_checked, 7000)
  t.notOk(files.has('parts.jsonl'), 'no journal is left')
})

t.test('what is in a place already is not written over', async (t) => {
  const files = await archiveOf(3)
  await t.rejects(backup(await things(3), 'Thing', memoryStorage(files), {}), { code: 'ELYSIA_CONFLICT' })
  await t.rejects(backup(await things(3), 'Thing', memoryStorage(new Map([['x', Buffer.from('')]])), {}), {
    code: 'ELYSIA_CONFLICT',
  })
})

t.test('an empty collection is no backup, unless that is allowed', async (t) => {
  const store = await things(0)
  const files: Files = new Map()
  await t.rejects(backup(store, 'Thing', memoryStorage(files), {}), { code: 'ELYSIA_INCOMPLETE' })
  t.notOk(files.has('manifest.json'))
  const { report } = await backup(store, 'Thing', memoryStorage(), { allowEmpty: true })
  t.equal(report.objects, 0)
})

t.test('objects without the vectors of their schema are no backup, unless that is allowed', async (t) => {
  const store = await things(5)
  const { vector: _, ...bare } = thing(5)
  await store.collection('Thing').write([bare])
  await t.rejects(backup(store, 'Thing', memoryStorage(), {}), { code: 'ELYSIA_INCOMPLETE' })
  const { report } = await backup(store, 'Thing', memoryStorage(), { allowMissingVectors: true })
  t.equal(report.vectors, 5)
  t.equal((await backup(store, 'Thing', memoryStorage(), { vectors: false })).report.vectors, 0)
})

t.test('a schema-only archive has the schema, the count of the source, and no part', async (t) => {
  const files = await archiveOf(3, { schemaOnly: true })
  const { manifest } = await openArchive(memoryStorage(files))
  t.strictSame([manifest.content, manifest.parts.length, manifest.counts.before], ['schema-only', 0, 3])
})

t.test('partitions by a property are directories in the style of Hive', async (t) => {
  const files = await archiveOf(30, { partitionBy: 'kind' })
  const directories = new Set(
    [...files.keys()].filter((name) => name.startsWith('parts/')).map((name) => name.split('/')[1]),
  )
  t.strictSame([...directories].sort(), ['partition_kind=blue', 'partition_kind=green', 'partition_kind=red'])
  t.equal((await verify(memoryStorage(files), { level: 'records' })).status, 'complete')
})

t.test('inactive tenants are activated for the scan, and put back', async (t) => {
  const store = openMemory()
  await store.create({ ...THING, multiTenancyConfig: { enabled: true } })
  await store.createTenants('Thing', ['a', 'b'])
  await store.collection('Thing').write([thing(1)], { tenant: 'a' })
  await store.collection('Thing').write([thing(1), thing(2)], { tenant: 'b' })
  await store.setTenantStates('Thing', [{ name: 'b', state: 'inactive' }])
  const files: Files = new Map()
  const { report } = await backup(store, 'Thing', memoryStorage(files), {})
  t.equal(report.objects, 3)
  t.strictSame(await store.tenantStates('Thing'), [
    { name: 'a', state: 'active' },
    { name: 'b', state: 'inactive' },
  ])
  t.ok([...files.keys()].some((name) => name.startsWith('parts/tenant=b/')))
  t.strictSame((await openArchive(memoryStorage(files))).manifest.tenants?.[1], {
    name: 'b',
    state: 'inactive',
  })
})

t.test('an interrupted backup is finished by --resume, keeping the parts that are whole', async (t) => {
  const store = await things(400)
  const files: Files = new Map()
  const stop = new AbortController()
  const small = { partSize: 4096, compression: 'none' } as const
  const begun = backup(store, 'Thing', memoryStorage(files), small, {
    stop: stop.signal,
    onEvent: onObjects((objects) => objects > 100 && stop.abort(new Error('stopped'))),
  })
  await t.rejects(begun, { message: 'stopped' })
  t.notOk(files.has('manifest.json'), 'nothing counts as complete')
  t.ok(files.has('parts.jsonl'))
  const kept = [...files.keys()].filter((name) => name.startsWith('parts/'))
  files.set(kept[0]!, Buffer.from('damaged meanwhile'))
  const { report } = await backup(
    store,
    'Thing',
    memoryStorage(files),
    { ...small, workers: 5 },
    { resume: true },
  )
  t.equal(report.parts_kept, kept.length - 1)
  t.equal(report.objects, 400)
  const whole = await archiveOf(400, small)
  t.equal(report.digest, (await openArchive(memoryStorage(whole))).manifest.totals.digest)
})

t.test('whatever parts are there, the stretches that are missing are exactly the rest', async () => {
  const cuts = fc.uniqueArray(fc.integer({ min: 0, max: 999 }), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(cuts, fc.array(fc.boolean(), { minLength: 21, maxLength: 21 }), async (at, there) => {
      const ends = [...at.sort((a, b) => a - b).map((n) => idOf(n)), undefined]
      const parts = ends.map((up_to, index) => ({ range: 0, after: ends[index - 1], up_to }))
      const missing = missingIdGaps([{}], parts.filter((_, index) => there[index]) as never)
      for (let n = 0; n < 1000; n += 7) {
        const id = idOf(n)
        const owner = parts.findIndex(({ up_to }) => up_to === undefined || id <= up_to)
        const found = missing.filter((s) => id > (s.after ?? '') && (s.upTo === undefined || id <= s.upTo))
        if (found.length !== (there[owner] ? 0 : 1)) return false
      }
      return true
    }),
    { numRuns: runs(100) },
  )
})

t.test('ids that begin with a time are shared out as evenly as random ones', async (t) => {
  const store = openMemory()
  await store.create(THING)
  const start = 0x0190_0000_0000
  const objects: StoredObject[] = Array.from({ length: 6000 }, (_, n) => {
    const time = (start + n * 1000).toString(16).padStart(12, '0')
    return {
      ...thing(n),
      id: `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${n.toString(16).padStart(12, '0')}`,
    }
  })
  await store.collection('Thing').write(objects)
  let reads = 0
  const collection = store.collection('Thing')
  const counting: Collection = {
    ...collection,
    read: (...words) => {
      reads += 1
      return collection.read(...words)
    },
  }
  const ranges = await idRanges(counting, 6000, 4, {})
  t.ok(reads <= 1 + 48 + 8, `${reads} looks: one for each bit that all ids have in common, and a few`)
  const shares = ranges.map(
    ({ after = '', up_to = 'g' }) => objects.filter(({ id }) => id > after && id <= up_to).length,
  )
  t.equal(
    shares.reduce((sum, share) => sum + share, 0),
    6000,
  )
  t.ok(Math.max(...shares) < (6000 / ranges.length) * 1.5, shares.join(' '))
})

t.test(
  'a single file is read to its trailer, and tells where any byte of it is missing or changed',
  async (t) => {
    const bytes = await single(3)
    const read = async (from: Buffer) => {
      const archive = await readSingle(Readable.from([from], { objectMode: false }))
      const pages = (await archive.pages.toArray()) as StoredObject[][]
      return { objects: pages.flat().length, manifest: archive.manifest() }
    }
    const { objects, manifest } = await read(bytes)
    t.strictSame([objects, manifest.totals.objects], [3, 3])
    const unseen: number[] = []
    for (let at = 0; at < bytes.length; at += laterPoint(0, 9)) {
      await read(bytes.subarray(0, at)).then(() => unseen.push(at), damage)
      const flipped = Buffer.from(bytes)
      flipped[at] = flipped[at]! ^ 1
      await read(flipped).then(() => unseen.push(at), damage)
    }
    t.strictSame(unseen, [])
    function damage(error: { code?: string }) {
      if (error.code !== 'ELYSIA_DAMAGED' && error.code !== 'ELYSIA_COMPRESSION') throw error
    }
  },
)

async function single(count: number): Promise<Buffer> {
  const stream = new PassThrough()
  const [bytes] = await Promise.all([
    buffer(stream),
    backupSingle(await things(count), 'Thing', { stream, location: '-' }, { compression: 'none' }),
  ])
  return bytes
}
