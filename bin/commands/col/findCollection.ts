import type { Context, ReadOptions } from '../../cli/command.ts'
import {
  aliasText,
  type CollectionSchema,
  classNameOf,
  ElysiaError,
  findNamed,
  type Store,
  type Tenant,
} from '../../library.ts'

/** An existing collection. */
export interface FoundCollection {
  readonly store: Store
  readonly schema: CollectionSchema
}

/**
 * The collection of a name or an alias: `source-code` and `SourceCode` are the same. Reports that it was an alias.
 * @throws ElysiaError ELYSIA_NOT_FOUND, with the closest existing name
 */
export async function findCollection(
  context: Context,
  name: string,
  opening?: ReadOptions,
): Promise<FoundCollection> {
  const { store } = await context.readTarget(undefined, opening)
  const { schema, alias } = await findNamed(store, classNameOf(name))
  if (alias !== undefined) context.console.note(aliasText(alias, schema.class))
  return { store, schema }
}

/** Finds a collection to be removed, which needs its own name. @throws ElysiaError ELYSIA_CONFLICT */
export async function findOwnName(context: Context, name: string): Promise<FoundCollection> {
  const { store } = await context.readTarget()
  return { store, schema: await ownNamed(store, name, 'rm') }
}

/** The class of a collection given by its own name. @throws ElysiaError ELYSIA_CONFLICT, ELYSIA_NOT_FOUND */
export async function ownNamed(
  store: Store,
  name: string,
  command: 'rm' | 'delete',
): Promise<CollectionSchema> {
  const { schema, alias } = await findNamed(store, classNameOf(name))
  if (alias === undefined) return schema
  throw new ElysiaError('ELYSIA_CONFLICT', `${aliasText(alias, schema.class)}: nothing was removed`, {
    hint: `name the collection: elysiactl col ${command} ${schema.class}`,
  })
}

/** Tenants divided into readable and unreadable ones, sorted by name. */
export async function tenantsOf({
  store,
  schema,
}: FoundCollection): Promise<{ active: Tenant[]; asleep: Tenant[] }> {
  const { active = [], asleep = [] } = Object.groupBy(await store.tenantStates(schema.class), ({ state }) =>
    state === 'active' ? 'active' : 'asleep',
  )
  return { active, asleep }
}

/** True if the objects of a collection belong to tenants. */
export function hasTenants({ multiTenancyConfig }: CollectionSchema): boolean {
  return multiTenancyConfig?.enabled === true
}
