import { isRecord } from '../../../core/value/record.ts'
import type { StoreUse } from '../../store.ts'
import type { Context } from '../context.ts'
import { jsonOf } from '../rest/request.ts'

/** The rights that each use needs, by the server's names. */
const ACTIONS: Readonly<Record<StoreUse['does'][number], readonly string[]>> = {
  read: ['read_collections', 'read_data'],
  make: ['create_collections', 'update_collections'],
  write: ['create_data', 'update_data'],
  delete: ['delete_data'],
  tenants: ['read_tenants', 'create_tenants', 'update_tenants'],
  alias: ['read_aliases', 'create_aliases', 'update_aliases'],
}

interface Permission {
  readonly action: string
  /** A pattern of class names, with `*`. */
  readonly collection: string
}

/**
 * The rights that a key lacks for this use, as one clause that names each. Nothing if the server has no roles, does not
 * report them, or allows everyone everything.
 */
export async function missingRights(
  { cluster }: Pick<Context, 'cluster'>,
  { collection, does }: StoreUse,
): Promise<string[]> {
  const reply = await cluster.rest({ method: 'GET', path: '/users/own-info' })
  const permissions = reply.status === 200 ? permissionsIn(jsonOf(reply)) : undefined
  if (permissions === undefined) return []
  const lacking = does
    .flatMap((one) => ACTIONS[one])
    .filter((action) => !permissions.some((one) => one.action === action && matches(one, collection)))
  return lacking.length === 0 ? [] : [`the key lacks the right to ${lacking.join(', ')} on ${collection}`]
}

/** Undefined if no role is known: then something else decides on rights. */
function permissionsIn(json: unknown): Permission[] | undefined {
  if (!isRecord(json) || !Array.isArray(json.roles)) return undefined
  const roles = (json.roles as unknown[]).filter(isRecord)
  if (roles.some(({ permissions }) => !Array.isArray(permissions))) return undefined
  return roles
    .flatMap(({ permissions }) => permissions as unknown[])
    .filter(isRecord)
    .map(({ action, ...domains }) => ({ action: String(action), collection: collectionIn(domains) }))
}

/** The pattern is inside the domain: `{action: 'create_data', data: {collection: 'Art*'}}`. */
function collectionIn(domains: Record<string, unknown>): string {
  for (const domain of Object.values(domains)) {
    if (isRecord(domain) && typeof domain.collection === 'string') return domain.collection
  }
  return '*'
}

function matches({ collection }: Permission, name: string): boolean {
  const parts = collection.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(name)
}
