import { rangeOf } from '../../archive/idRange.ts'
import type { IdRange, Manifest } from '../../archive/manifest.ts'
import { sumOfDigests } from '../../archive/object/digest.ts'
import type { ObjectSource } from '../../archive/object/source.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { pluralize } from '../../core/units.ts'
import { WokenTenants } from '../../run/activeTenants.ts'
import type { Run } from '../../run/run.ts'
import type { Store, Tenant } from '../../store/store.ts'
import { isFinding } from './damage.ts'
import { LiveClass } from './liveCollection.ts'
import { type RangeDifferences, SecondLook } from './secondLook.ts'

/** The store that an archive is compared with, and the class there if it has another name. */
export interface ComparedStore {
  readonly store: Store
  readonly name?: string
}

/** A range that differs: as a sentence, and the first differing ids, if known. */
export interface LiveFault {
  readonly fact: string
  readonly ids: readonly string[]
}

/** What a comparison with a store found. */
export interface LiveFindings {
  /** One for each range that differs. */
  readonly faults: readonly LiveFault[]
  /** Objects of the archive that are gone from the store because they expired: no fault. */
  readonly expired: number
}

/**
 * How a collection now differs from an archive of it, range by range: by count, then by digest. A range that differs is
 * read again, archive and store in parallel, and compared object by object by what must be the same in both; a
 * differing count decides by itself, unless objects of the class expire. Inactive tenants are activated one by one, and
 * put back. Memory: a page of each.
 * @throws ElysiaError the error that kept the store from being read; ELYSIA_USAGE for an archive of transformed objects
 */
export async function liveFaults(
  manifest: Manifest,
  { store, name = manifest.collection }: ComparedStore,
  archived: ObjectSource,
  run: Pick<Run, 'signal' | 'emit' | 'retrying'>,
  retryForMs: number,
): Promise<LiveFindings> {
  requireAsTheyWere(manifest)
  const { signal, emit } = run
  const live = new LiveClass(manifest, store, name, { signal, retry: run.retrying(retryForMs) })
  const tenants = await tenantsThere(manifest, live)
  const woken = new WokenTenants(store, name, tenants, { emit, retry: live.retry })
  woken.announce()
  const names = tenants && new Set(tenants.map((tenant) => tenant.name))
  let look: SecondLook | undefined
  let expired = 0
  const compare = async (index: number, range: IdRange): Promise<LiveFault | undefined> => {
    const { objects, digest } = declared(manifest, index)
    const isThere = range.tenant === undefined || names?.has(range.tenant) === true
    const stored = isThere ? await live.read(range) : NOTHING
    if (stored.objects === objects && stored.digest === digest) return undefined
    const counts = countsText(range, { store: store.target, found: stored.objects, archived: objects })
    if (!isThere) return { fact: counts.text, ids: [] }
    look ??= await SecondLook.of(archived, live, signal)
    const seen = await lookAgain(look, live, range)
    if ('expired' in seen) expired += seen.expired
    return faultOf(counts, look, seen)
  }
  const faults: LiveFault[] = []
  try {
    for (const [index, range] of manifest.ranges.entries()) {
      await woken.wake(range.tenant)
      const fault = await compare(index, range)
      if (fault !== undefined) faults.push(fault)
      if (manifest.ranges[index + 1]?.tenant !== range.tenant) await woken.putBack(range.tenant)
    }
  } finally {
    await woken.close()
    await archived.close()
  }
  if (expired > 0)
    emit({ type: 'objects_expired', expired, objects: manifest.totals.objects, target: store.target })
  return { faults, expired }
}

/** Transformed objects are in no store. */
function requireAsTheyWere({ id, transforms = [] }: Manifest): void {
  if (transforms.length === 0) return
  const names = transforms.map(({ name }) => name).join('; ')
  throw new ElysiaError('ELYSIA_USAGE', `${id} holds what transforms made of its collection: ${names}`, {
    hint: '--level records checks the archive itself',
  })
}

interface Counts {
  readonly text: string
  readonly differ: boolean
}

function countsText(
  range: IdRange,
  { store, found, archived }: { readonly store: string; readonly found: number; readonly archived: number },
): Counts {
  const has = `${formatRange(range)}: ${store} has ${pluralize(found, 'object')}`
  const differ = found !== archived
  return { text: differ ? `${has}, the archive ${archived}` : `${has} as well`, differ }
}

/** What is wrong with a range according to both looks; undefined if nothing is. */
function faultOf(
  { text, differ }: Counts,
  { expires }: SecondLook,
  seen: SecondLookResult,
): LiveFault | undefined {
  const ids = 'ids' in seen ? seen.ids : []
  if (differ && !expires) return { fact: text, ids }
  const fact = 'damage' in seen ? seen.damage : differencesText(seen, expires)
  return fact === undefined ? undefined : { fact: differ ? `${text}: ${fact}` : `${text}, but ${fact}`, ids }
}

/** The result of a second look; if the archive is damaged there, why nothing can be said. */
type SecondLookResult = RangeDifferences | { readonly damage: string }

async function lookAgain(look: SecondLook, live: LiveClass, range: IdRange): Promise<SecondLookResult> {
  try {
    return await look.at(rangeOf(range))
  } catch (error) {
    // An error about the store is no finding about the archive.
    if (!isFinding(error) || error === live.failure) throw error
    return { damage: `the store could not be compared: ${messageOf(error)}` }
  }
}

/** Undefined if the objects are the same. */
function differencesText({ missing, others }: RangeDifferences, expires: boolean): string | undefined {
  if (missing + others === 0) return undefined
  if (!expires) return 'others'
  const facts = [
    ...(missing === 0 ? [] : [`${missing} missing that cannot have expired`]),
    ...(others === 0 ? [] : [`${others} other than in the archive`]),
  ]
  return facts.join(', ')
}

/** The content of a missing tenant. */
const NOTHING = { objects: 0, digest: sumOfDigests([]) }

/** The tenants of an archive that exist in the store, with their states there; undefined if the archive has none. */
async function tenantsThere({ tenants }: Manifest, live: LiveClass): Promise<Tenant[] | undefined> {
  if (tenants === undefined) return undefined
  const names = new Set(tenants.map(({ name }) => name))
  return (await live.tenants()).filter(({ name }) => names.has(name))
}

/** The manifest's figures for a range. */
function declared({ parts }: Manifest, index: number) {
  const own = parts.filter((part) => part.range === index)
  const objects = own.reduce((sum, part) => sum + part.objects, 0)
  return { objects, digest: sumOfDigests(own.map((part) => part.digest)) }
}

function formatRange({ tenant, after, up_to }: IdRange): string {
  const where = tenant === undefined ? '' : ` of tenant ${tenant}`
  if (after === undefined && up_to === undefined) return `all ids${where}`
  return `ids after ${after ?? 'the first'} up to ${up_to ?? 'the last'}${where}`
}
