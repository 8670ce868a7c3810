import { rangeOf } from '../../../archive/idRange.ts'
import type { ObjectRange, ObjectSource } from '../../../archive/object/source.ts'
import type { Retrying } from '../../../async/retry.ts'
import type { StoredObject } from '../../../core/object.ts'
import { hasTenants, isReference } from '../../../core/schema.ts'
import type { Source } from '../../../core/stage.ts'
import { idRanges } from '../../../store/idRanges.ts'
import { findNamed } from '../../../store/named.ts'
import { objectPages, type ReadOptions } from '../../../store/objects.ts'
import { objectsById } from '../../../store/objectsById.ts'
import type { Collection, Projection, Store, Tenant } from '../../../store/store.ts'
import { countedScan } from '../../scan/countedScan.ts'
import type { Selection } from '../../selection/selection.ts'
import type { DiffSide, SideReadOptions } from './side.ts'

/**
 * A collection of a store, by its name or an alias, as a side of a comparison. Closing it leaves the store open.
 * `retry` repeats each of its requests; without it each is made once.
 * @throws ElysiaError ELYSIA_NOT_FOUND; ELYSIA_UNREACHABLE
 */
export async function storeSide(
  store: Store,
  nameOrAlias: string,
  retry: Retrying = (call) => call(),
): Promise<DiffSide> {
  const { schema } = await retry(() => findNamed(store, nameOrAlias))
  const name = schema.class
  const collection = store.collection(name)
  const tenants = hasTenants(schema) ? await retry(() => store.tenantStates(name)) : undefined
  const aliases = store.supports.aliases ? await retry(() => store.aliases()) : []
  const { version } = await retry(() => store.health())
  const about = tenants === undefined ? await retry(() => collection.count()) : undefined
  const projected = (reading: SideReadOptions): Projection => projectionFor(reading, schema.properties)
  return {
    name: `${name} in ${store.target}`,
    schema,
    kind: store.kind,
    version,
    ...(tenants && { tenants }),
    aliases: aliases.filter(({ collection }) => collection === name).map(({ alias }) => alias),
    ...(about !== undefined && { about }),
    live: {
      store,
      class: name,
      counted: (tenant, { retry, signal }) =>
        countedScan({ collection, schema, retry, call: { signal, ...(tenant !== undefined && { tenant }) } }),
      readMany: (ids, tenant, reading) =>
        reading.retry(() =>
          collection.readMany(ids, projected(reading), {
            signal: reading.signal,
            provesAbsence: true,
            ...(tenant !== undefined && { tenant }),
          }),
        ),
    },
    open: async (reading) => {
      const { retry, signal, selections } = reading
      const ranges = await rangesOf(store, name, tenants, about, reading)
      const byId = selections.find(({ ids }) => ids !== undefined)
      const options = { projection: projected(reading), retry, signal }
      const pages: ObjectSource['pages'] = (range) => pagesOf(collection, range, options, byId)
      return { schema, ranges, pages, close: async () => {} }
    },
    close: async () => {},
  }
}

/** A range for each tenant; a collection without tenants is divided if the other side is not. */
async function rangesOf(
  store: Store,
  name: string,
  tenants: readonly Tenant[] | undefined,
  about: number | undefined,
  { cut, workers, retry, signal }: SideReadOptions,
): Promise<ObjectSource['ranges']> {
  if (tenants !== undefined) return tenants.map((tenant): ObjectRange => ({ tenant: tenant.name }))
  if (!cut) return [{}]
  const ranges = await retry(() => idRanges(store.collection(name), about ?? 0, workers, { signal }))
  return ranges.map(rangeOf)
}

/** All objects of a range, or those with the requested ids. */
function pagesOf(
  collection: Collection,
  range: ObjectRange,
  options: ReadOptions,
  byId: Selection | undefined,
): Source<readonly StoredObject[]> {
  if (byId?.ids === undefined) return objectPages(collection, range, options)
  return objectsById(collection, byId.ids, range, options)
}

/**
 * The requested fields that this class has, plus those that decide which objects are selected: a store is never asked
 * for a property that it lacks.
 */
function projectionFor(
  { projection, selections }: SideReadOptions,
  properties: DiffSide['schema']['properties'],
): Projection {
  const needed = selections.map((one) => one.projectionFor({ properties: [], vectors: false }))
  const times = [projection, ...needed].some((one) => one.times === true)
  const own = projection.properties
  const names = new Set(own === 'all' ? [] : [own, ...needed.map((one) => one.properties)].flat())
  const read = (properties ?? []).filter(({ name }) => own === 'all' || names.has(name))
  return {
    ...projection,
    times,
    properties: own === 'all' ? 'all' : read.filter((one) => !isReference(one)).map(({ name }) => name),
    references: read.some(isReference) || needed.some(({ references }) => references === true),
  }
}
