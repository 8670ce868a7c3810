import { rangeOf } from '../../../archive/idRange.ts'
import type { ObjectRange, ObjectSource } from '../../../archive/object/source.ts'
import { hasTenants, isReference } from '../../../core/schema.ts'
import { idRanges } from '../../../store/idRanges.ts'
import { findNamed } from '../../../store/named.ts'
import { storeObjects } from '../../../store/objects.ts'
import type { Projection, Store, Tenant } from '../../../store/store.ts'
import type { DiffSide, Reading } from './side.ts'

/**
 * A collection of a store, by its name or by an alias, as a side of a comparison. Closing it leaves the store open.
 * @throws ElysiaError ELYSIA_NOT_FOUND
 */
export async function storeSide(store: Store, nameOrAlias: string): Promise<DiffSide> {
  const { schema } = await findNamed(store, nameOrAlias)
  const name = schema.class
  const collection = store.collection(name)
  const tenants = hasTenants(schema) ? await store.tenantStates(name) : undefined
  const aliases = store.supports.aliases ? await store.aliases() : []
  const { version } = await store.health()
  const about = tenants === undefined ? await collection.count() : undefined
  const projected = ({ projection }: Reading): Projection => projectionFor(projection, schema.properties)
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
      readMany: (ids, tenant, reading) =>
        reading.retry(() =>
          collection.readMany(ids, projected(reading), {
            signal: reading.signal,
            ...(tenant !== undefined && { tenant }),
          }),
        ),
    },
    open: async (reading) => {
      const { retry, signal } = reading
      const ranges = await rangesOf(store, name, tenants, about, reading)
      return storeObjects(collection, schema, { projection: projected(reading), retry, signal }, ranges)
    },
    close: async () => {},
  }
}

/** A range a tenant; a collection without tenants is cut where the other side is not. */
async function rangesOf(
  store: Store,
  name: string,
  tenants: readonly Tenant[] | undefined,
  about: number | undefined,
  { cut, workers, retry, signal }: Reading,
): Promise<ObjectSource['ranges']> {
  if (tenants !== undefined) return tenants.map((tenant): ObjectRange => ({ tenant: tenant.name }))
  if (!cut) return [{}]
  const found = await retry(() => idRanges(store.collection(name), about ?? 0, workers, { signal }))
  return found.map(rangeOf)
}

/** What of it this class has: a store is asked for no property that it does not know. */
function projectionFor(wanted: Projection, properties: DiffSide['schema']['properties'] = []): Projection {
  const own = wanted.properties
  const named = properties.filter(({ name }) => own === 'all' || own.includes(name))
  return {
    ...wanted,
    properties: own === 'all' ? 'all' : named.filter((one) => !isReference(one)).map(({ name }) => name),
    references: named.some(isReference),
  }
}
