// The way of a collection through an archive into another store, and what is compared at its end.
import { deepStrictEqual } from 'node:assert'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { openArchive } from '../../lib/archive/archive.ts'
import { ObjectsDigest } from '../../lib/archive/object/digest.ts'
import { memoryStorage } from '../../lib/archive/storage/memory.ts'
import type { Json, JsonObject, StoredObject } from '../../lib/core/object.ts'
import { backup } from '../../lib/job/backup/backup.ts'
import type { BackupOptionsInput } from '../../lib/job/backup/options.ts'
import { backupSingle } from '../../lib/job/backup/single.ts'
import type { RestoreOptionsInput } from '../../lib/job/restore/options.ts'
import { restore } from '../../lib/job/restore/restore.ts'
import { archiveSource } from '../../lib/job/restore/source/archive.ts'
import { singleSource } from '../../lib/job/restore/source/single.ts'
import type { RestoreSource } from '../../lib/job/restore/source/source.ts'
import { verify } from '../../lib/job/verify/verify.ts'
import type { Store, Tenant } from '../../lib/store/store.ts'
import { normalizerFor } from '../../lib/transform/object/comparable.ts'
import { plain } from './foreign/plain.ts'
import type { Scene } from './scenes.ts'

/** How a collection travels. */
export interface Way {
  readonly shape: 'directory' | 'file' | 'pipe'
  readonly written: BackupOptionsInput
  readonly read: RestoreOptionsInput
  /** Restored under the same name or another. */
  readonly renamed: boolean
}

const directory = fc.oneof(
  fc.record({
    format: fc.constantFrom('jsonl', 'json'),
    compression: fc.constantFrom('none', 'gzip', 'lz4', 'zstd', 'zstd:1', 'auto'),
    readable: fc.boolean(),
  }),
  fc.constant({ format: 'parquet' }),
)
const single = fc.record({
  compression: fc.constantFrom('none', 'gzip:1', 'lz4', 'zstd'),
  readable: fc.boolean(),
})
const sizes = fc.record({
  workers: fc.integer({ min: 1, max: 4 }),
  partSize: fc.constantFrom(4096, 20_000, 2 ** 20),
})
const batches = fc.record({
  workers: fc.integer({ min: 1, max: 4 }),
  batchSize: fc.integer({ min: 1, max: 20 }),
  batchBytes: fc.constantFrom(1024, 8 * 2 ** 20),
})

/** Any way an archive may take. */
export const WAYS: fc.Arbitrary<Way> = fc
  .tuple(
    fc.constantFrom('directory', 'directory', 'file', 'pipe'),
    directory,
    single,
    sizes,
    batches,
    fc.boolean(),
  )
  .map(([shape, parts, one, size, read, renamed]): Way => {
    const how = shape === 'directory' ? { ...parts, ...size } : one
    return { shape, written: { ...how, allowEmpty: true, allowMissingVectors: true }, read, renamed }
  })

/** Makes a scene's collection. Objects are written before references, and tenants sleep last. */
export async function make(store: Store, { schema, shelves, aliases }: Scene): Promise<void> {
  await store.create(schema)
  const collection = store.collection(schema.class)
  const tenants = shelves.flatMap(({ tenant }) => tenant ?? [])
  if (tenants.length > 0)
    await store.createTenants(
      schema.class,
      tenants.map(({ name }) => name),
    )
  for (const { tenant, objects, links } of shelves) {
    const call = tenant === undefined ? {} : { tenant: tenant.name }
    requireTaken(await collection.write(objects, call))
    requireTaken(await collection.link(links, call))
  }
  if (tenants.length > 0) await store.setTenantStates(schema.class, tenants)
  for (const alias of aliases) await store.createAlias({ alias, collection: schema.class })
}

function requireTaken(outcomes: readonly { readonly ok: boolean; readonly reason?: string }[]): void {
  const refused = outcomes.find(({ ok }) => !ok)
  if (refused !== undefined) throw new Error(`the store refuses what the scene holds: ${refused.reason}`)
}

/** All that a collection holds; of a rename nothing but the name itself is to be seen. */
export interface Held {
  readonly tenants: readonly Tenant[] | undefined
  readonly objects: readonly StoredObject[]
  readonly aliases: readonly string[]
}

export async function heldIn(store: Store, name: string): Promise<Held> {
  const schema = (await store.schema(name))!
  const tenanted = schema.multiTenancyConfig?.enabled === true
  const tenants = tenanted ? await store.tenantStates(name) : undefined
  if (tenants !== undefined)
    await store.setTenantStates(
      name,
      tenants.map((one) => ({ ...one, state: 'active' })),
    )
  const objects: StoredObject[] = []
  for (const call of tenants?.map((one) => ({ tenant: one.name })) ?? [{}]) {
    const what = { properties: 'all', vectors: true, references: true } as const
    for await (const page of store.collection(name).read(what, {}, call)) objects.push(...page)
  }
  if (tenants !== undefined) await store.setTenantStates(name, tenants)
  const own = (await store.aliases()).filter(({ collection }) => collection === name)
  return { tenants, objects, aliases: own.map(({ alias }) => alias) }
}

/**
 * Sends the collection `from` of one store into another, under that name or as `to`, and holds what is there then
 * against what was here: tenants, aliases, objects one by one, and the digests of both.
 */
export async function travel(
  source: Store,
  from: string,
  target: Store,
  to: string,
  way: Way,
): Promise<void> {
  const name = way.renamed ? to : from
  const before = await heldIn(source, from)
  const { archive, digest } = await archived(source, from, way)
  deepStrictEqual(await heldIn(source, from), before, 'a backup leaves its source as it was')
  deepStrictEqual(digestOf(before.objects), digest, 'the archive’s digest is that of the objects')
  const report = await restore(archive, target, { ...way.read, ...(way.renamed && { name: to }) })
  deepStrictEqual(
    [
      report.status,
      report.objects,
      report.rejected,
      report.references_rejected,
      report.verification?.digest_equal,
    ],
    ['done', before.objects.length, {}, 0, true],
  )
  const there = await heldIn(target, name)
  deepStrictEqual(there.tenants, before.tenants)
  deepStrictEqual(there.aliases, way.renamed ? [] : before.aliases)
  const kept = normalizerFor(target.kind, (await source.schema(from))!)
  const wanted = before.objects.map((object) => kept(renamed(object, from, name)))
  const found = there.objects.map(kept)
  deepStrictEqual(found.map(plain), wanted.map(plain))
  deepStrictEqual(digestOf(found), digestOf(wanted), 'by digest as well')
}

async function archived(store: Store, name: string, { shape, written }: Way) {
  if (shape !== 'directory') return singly(store, name, shape, written)
  const storage = memoryStorage()
  const { manifest } = await backup(store, name, storage, written)
  deepStrictEqual((await verify(storage, { level: 'records' })).faults, [])
  return { archive: archiveSource(await openArchive(storage)), digest: manifest.totals.digest }
}

async function singly(store: Store, name: string, shape: 'file' | 'pipe', written: BackupOptionsInput) {
  const stream = new PassThrough()
  const [bytes, { manifest }] = await Promise.all([
    buffer(stream),
    backupSingle(store, name, { stream, location: '-' }, written),
  ])
  const open = () => Readable.from(pieces(bytes), { objectMode: false })
  const archive: RestoreSource = await singleSource(name, open(), shape === 'file' ? open : undefined)
  return { archive, digest: manifest.totals.digest }
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 10_007) yield bytes.subarray(at, at + 10_007)
}

function digestOf(objects: readonly StoredObject[]): string {
  const digest = new ObjectsDigest()
  for (const object of objects) digest.add(object)
  return digest.hex()
}

/** References to the class itself follow its new name. */
function renamed(object: StoredObject, from: string, to: string): StoredObject {
  const follow = (value: Json): Json => {
    if (typeof value === 'string')
      return value.replace(`weaviate://localhost/${from}/`, `weaviate://localhost/${to}/`)
    if (Array.isArray(value)) return value.map(follow)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, follow(one)]))
  }
  const { self, both } = object.properties
  const properties: JsonObject = { ...object.properties }
  if (self !== undefined) properties.self = follow(self)
  if (both !== undefined) properties.both = follow(both)
  return { ...object, properties }
}
