import type { IdRange, Manifest } from '../../archive/manifest.ts'
import { sumOfDigests } from '../../archive/object/digest.ts'
import { messageOf } from '../../core/errors.ts'
import { counted } from '../../core/units.ts'
import { WokenTenants } from '../../run/activeTenants.ts'
import type { Run } from '../../run/run.ts'
import type { Store, Tenant } from '../../store/store.ts'
import type { ReadArchived } from './archiveObjects.ts'
import { isFinding } from './damage.ts'
import { LiveClass } from './liveCollection.ts'
import { type Recheck, recheckOf } from './recheck.ts'

/** The store that an archive is compared with, and the class there where it is another. */
export interface Against {
  readonly store: Store
  readonly name?: string
}

/** What a comparison with a store found. */
export interface LiveFindings {
  /** A sentence for each range that differs. */
  readonly faults: readonly string[]
  /** Objects of the archive that the store has no more, since they have expired: no fault. */
  readonly expired: number
}

/**
 * How a collection differs now from an archive of it, range by range: by count, then by digest. A range that differs
 * is read once more, in the archive and in the store, and compared by what must be the same in both; a count that
 * differs decides by itself, unless objects of the class expire. Tenants that are not active are activated one by one,
 * and put back. Memory: a page; of a class whose objects expire also a cache.
 * @throws ElysiaError what keeps the store from being read
 */
export async function liveFaults(
  manifest: Manifest,
  { store, name = manifest.collection }: Against,
  archived: ReadArchived,
  { signal, emit }: Pick<Run, 'signal' | 'emit'>,
): Promise<LiveFindings> {
  const live = new LiveClass(manifest, store, name, signal)
  const tenants = await tenantsThere(manifest, live)
  const woken = new WokenTenants(store, name, tenants, { emit, retry: live.retry })
  woken.announce()
  const names = tenants && new Set(tenants.map((tenant) => tenant.name))
  let recheck: Recheck | undefined
  const compare = async (index: number, range: IdRange): Promise<string | undefined> => {
    const { objects, digest } = declared(manifest, index)
    const isThere = range.tenant === undefined || names?.has(range.tenant) === true
    const found = isThere ? await live.read(range) : NOTHING
    if (found.objects === objects && found.digest === digest) return undefined
    const has = `${formatRange(range)}: ${store.target} has ${counted(found.objects, 'object')}`
    recheck ??= await recheckOf(manifest, live, archived, signal)
    const countDiffers = found.objects !== objects
    if (countDiffers && !(recheck.expires && isThere)) return `${has}, the archive ${objects}`
    const fact = await differing(recheck, index, range)
    return fact && (countDiffers ? `${has}, the archive ${objects}: ${fact}` : `${has} as well, but ${fact}`)
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
    recheck?.close()
    await woken.close()
  }
  const expired = recheck?.expired ?? 0
  if (expired > 0)
    emit({ type: 'objects_expired', expired, objects: manifest.totals.objects, target: store.target })
  return { faults, expired }
}

/** Of a tenant that is not there. */
const NOTHING = { objects: 0, digest: sumOfDigests([]) }

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

/** Undefined where the objects of the range are the same. */
async function differing(recheck: Recheck, index: number, range: IdRange): Promise<string | undefined> {
  try {
    await recheck.readArchive(index)
  } catch (error) {
    if (!isFinding(error)) throw error
    return `whether the same cannot be said: ${messageOf(error)}`
  }
  return recheck.differing(index, range)
}

function formatRange({ tenant, after, up_to }: IdRange): string {
  const where = tenant === undefined ? '' : ` of tenant ${tenant}`
  if (after === undefined && up_to === undefined) return `all ids${where}`
  return `ids after ${after ?? 'the first'} up to ${up_to ?? 'the last'}${where}`
}
