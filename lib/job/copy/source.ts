import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { schemaDigest } from '../../archive/archive.ts'
import type { ObjectRange } from '../../archive/object/source.ts'
import type { Retrying } from '../../async/retry.ts'
import type { StoredObject } from '../../core/object.ts'
import { type CollectionSchema, hasTenants, isReference, propertiesIn } from '../../core/schema.ts'
import type { Source } from '../../core/stage.ts'
import { WokenTenants } from '../../run/activeTenants.ts'
import type { Emit } from '../../run/context.ts'
import type { NamedCollection } from '../../store/named.ts'
import { objectPages } from '../../store/objects.ts'
import type { Projection, Store, Tenant } from '../../store/store.ts'
import type { RestoreSource, SourcePart } from '../restore/source/source.ts'
import { ChangeWindow } from './changesSince.ts'
import type { CopyRanges } from './ranges.ts'

/** How to read a collection that is copied. */
export interface CopyReadOptions {
  readonly workers: number
  readonly retry: Retrying
  readonly signal: AbortSignal
  readonly emit: Emit
  /** Divides the collection: an interrupted copy continues with the same ranges. */
  readonly ranges: CopyRanges
  /** Only objects written since then, in milliseconds; undefined for all. */
  readonly changedSinceMs?: number | undefined
}

const IDS: Projection = { properties: [], vectors: false }
const TIMES: Projection = { ...IDS, times: true }

/**
 * A collection of a store as a source of a restore. Each range of ids is a part. Sleeping tenants are woken while they
 * are read, and put back. Closing it leaves the store open.
 */
export async function collectionSource(
  store: Store,
  { schema, alias }: NamedCollection,
  { workers, retry, signal, emit, ranges, changedSinceMs }: CopyReadOptions,
): Promise<RestoreSource> {
  const name = schema.class
  if (alias !== undefined) emit({ type: 'alias_resolved', alias, collection: name })
  const collection = store.collection(name)
  const tenants = hasTenants(schema) ? await retry(() => store.tenantStates(name)) : undefined
  const about = await retry(() => countOf(store, name, tenants))
  const woken = new WokenTenants(store, name, tenants, { emit, retry })
  woken.announce()
  const identity = identityOf(store, schema)
  const all = await ranges.of(identity, { collection, about: about.by, tenants, workers, retry, signal })
  const whole: Projection = {
    properties: 'all',
    vectors: true,
    references: hasReferences(schema),
    times: true,
  }
  const read = (range: ObjectRange, projection: Projection) =>
    awake(woken, range, () => objectPages(collection, range, { projection, retry, signal }))
  const changes = changedSinceMs === undefined ? undefined : new ChangeWindow(collection, changedSinceMs)
  const wanted = (range: ObjectRange) =>
    changes?.areFew === true
      ? awake(woken, range, () => changes.objects(range, { projection: whole, retry, signal }))
      : read(range, whole)
  return {
    name: `${store.target}#${name}`,
    kind: 'collection',
    identity,
    schema,
    ...(tenants && { tenants }),
    aliases: [],
    about: about.all,
    isSparse: () => changes?.areFew === true,
    parts: all.map((range): SourcePart => {
      const { tenant, ...covers } = range
      return {
        name: partName(range),
        ...(tenant !== undefined && { tenant }),
        covers,
        pages: async () => wanted(range),
        ids: async () => (changes === undefined ? read(range, IDS) : changes.counted(read(range, TIMES))),
      }
    }),
    find: async (ids, tenant, what) => {
      const call = { signal, provesAbsence: true, ...(tenant !== undefined && { tenant }) }
      await woken.wake(tenant)
      const references = what.references === true && whole.references === true
      return retry(() => collection.readMany(ids, { ...what, references }, call))
    },
    close: () => woken.close(),
  }
}

/** The objects of a range while its tenant is awake. */
function awake(
  woken: WokenTenants,
  { tenant }: ObjectRange,
  open: () => Source<readonly StoredObject[]>,
): Source<readonly StoredObject[]> {
  if (!woken.isAsleep(tenant)) return open()
  async function* pages() {
    await woken.wake(tenant)
    yield* open() as AsyncIterable<readonly StoredObject[]>
    await woken.putBack(tenant)
  }
  return Readable.from(pages(), { objectMode: true, highWaterMark: 1 })
}

interface Counts {
  readonly all: number
  /** By tenant; under undefined for a collection without tenants. */
  readonly by: ReadonlyMap<string | undefined, number>
}

/** The content of a sleeping tenant is unknown until it is woken. */
async function countOf(store: Store, name: string, tenants: readonly Tenant[] | undefined): Promise<Counts> {
  const by = new Map<string | undefined, number>()
  const collection = store.collection(name)
  if (tenants === undefined) by.set(undefined, await collection.count())
  else
    for (const { name: tenant, state } of tenants)
      if (state === 'active') by.set(tenant, await collection.count({ tenant }))
  return { by, all: [...by.values()].reduce((sum, count) => sum + count, 0) }
}

/** Equal for a class with the same name and shape in the same store. */
function identityOf({ target }: Store, schema: CollectionSchema): string {
  return createHash('sha256')
    .update(JSON.stringify([target, schema.class, schemaDigest(schema)]))
    .digest('hex')
    .slice(0, 32)
}

function hasReferences(schema: CollectionSchema): boolean {
  return propertiesIn(schema).some(isReference)
}

/** Names the range by its ids and tenant: a continued copy recognizes its parts by it. */
function partName({ tenant, after = '', upTo = '' }: ObjectRange): string {
  return `${tenant === undefined ? '' : `${tenant} `}${after}..${upTo}`
}
