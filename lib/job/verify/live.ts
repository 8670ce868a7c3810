import type { IdRange, Manifest } from '../../archive/manifest.ts'
import { sumOfDigests } from '../../archive/object/digest.ts'
import { messageOf } from '../../core/errors.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { counted } from '../../core/units.ts'
import { WokenTenants } from '../../run/activeTenants.ts'
import type { Notify } from '../../run/events.ts'
import type { Store, Tenant } from '../../store/store.ts'
import type { ArchivedDigest, ReadArchived } from './archiveDigest.ts'
import { isFinding } from './damage.ts'
import { LiveClass } from './liveCollection.ts'
import { type Normalize, normalizers } from './normalize.ts'

/** The store that an archive is compared with, and the class there where it is another. */
export interface Against {
  readonly store: Store
  readonly name?: string
}

/**
 * How a collection differs now from an archive of it, a sentence a range: by count, then by digest. A range of as many
 * objects and another digest is read once more, in the archive and in the store, and compared by what must be the same
 * in both. Tenants that are not active are activated one by one, and put back. Memory: a page.
 * @throws ElysiaError what keeps the store from being read
 */
export async function liveFaults(
  manifest: Manifest,
  { store, name = manifest.collection }: Against,
  archived: ReadArchived,
  { signal = new AbortController().signal, notify = () => {} }: LiveCircumstances = {},
): Promise<string[]> {
  const live = new LiveClass(manifest, store, name, signal)
  const tenants = await tenantsThere(manifest, live)
  const woken = new WokenTenants(store, name, tenants, { notify, retry: live.retry })
  woken.announce()
  const names = tenants && new Set(tenants.map((tenant) => tenant.name))
  let recheck: Promise<Recheck> | undefined
  const compare = async (index: number, range: IdRange): Promise<string | undefined> => {
    const { objects, digest } = declared(manifest, index)
    const isThere = range.tenant === undefined || names?.has(range.tenant) === true
    const found = isThere ? await live.read(range) : NOTHING
    const has = `${store.target} has ${counted(found.objects, 'object')}`
    if (found.objects !== objects) return `${said(range)}: ${has}, the archive ${objects}`
    if (found.digest === digest) return undefined
    recheck ??= recheckOf(manifest, live, archived, signal)
    const fact = await differing(await recheck, live, index, range)
    return fact === undefined ? undefined : `${said(range)}: ${has} as well, but ${fact}`
  }
  const faults: string[] = []
  try {
    for (const [index, range] of manifest.ranges.entries()) {
      await woken.wake(range.tenant)
      const fault = await compare(index, range)
      if (fault !== undefined) faults.push(fault)
      if (manifest.ranges[index + 1]?.tenant !== range.tenant) await woken.putBack(range.tenant)
    }
  } finally {
    await woken.close()
  }
  return faults
}

/** Of a tenant that is not there. */
const NOTHING = { objects: 0, digest: sumOfDigests([]) }

export interface LiveCircumstances {
  readonly signal?: AbortSignal
  readonly notify?: Notify
}

/** The tenants of an archive that the store has, as they are there; undefined where the archive has none. */
async function tenantsThere({ tenants }: Manifest, live: LiveClass): Promise<Tenant[] | undefined> {
  if (tenants === undefined) return undefined
  const names = new Set(tenants.map(({ name }) => name))
  return (await live.tenants()).filter(({ name }) => names.has(name))
}

/** What the manifest says of a range. */
function declared({ parts }: Manifest, index: number) {
  const own = parts.filter((part) => part.range === index)
  const objects = own.reduce((sum, part) => sum + part.objects, 0)
  return { objects, digest: sumOfDigests(own.map((part) => part.digest)) }
}

/** How to compare objects one by one. */
interface Recheck {
  readonly archived: ArchivedDigest
  readonly live: Normalize
}

async function recheckOf(
  { schema }: Manifest,
  live: LiveClass,
  archived: ReadArchived,
  signal: AbortSignal,
): Promise<Recheck> {
  const as = normalizers(schema as unknown as CollectionSchema, await live.schema(), live.store.kind)
  return { archived: archived(as.archived, signal), live: as.live }
}

/** Undefined where the objects of the range are the same. */
async function differing(
  recheck: Recheck,
  live: LiveClass,
  index: number,
  range: IdRange,
): Promise<string | undefined> {
  let wanted: string
  try {
    wanted = await recheck.archived(index)
  } catch (error) {
    if (!isFinding(error)) throw error
    return `whether the same cannot be said: ${messageOf(error)}`
  }
  const { digest } = await live.read(range, recheck.live)
  return digest === wanted ? undefined : 'others'
}

function said({ tenant, after, up_to }: IdRange): string {
  const where = tenant === undefined ? '' : ` of tenant ${tenant}`
  if (after === undefined && up_to === undefined) return `all ids${where}`
  return `ids after ${after ?? 'the first'} up to ${up_to ?? 'the last'}${where}`
}
