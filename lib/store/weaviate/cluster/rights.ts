import { isRecord } from '../../../core/value/record.ts'
import type { StoreUse } from '../../store.ts'
import type { Context } from '../context.ts'
import { jsonOf } from '../rest/request.ts'

/** What a key needs to be allowed, by the names of the server. */
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
 * What a key may not do of such a use, as one clause that names each right. Nothing where the server knows no roles, does
 * not say them, or everybody may do everything.
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

/** Undefined where no role is known: who may do what is then decided elsewhere. */
function permissionsIn(json: unknown): Permission[] | undefined {
  if (!isRecord(json) || !Array.isArray(json.roles)) return undefined
  const roles = (json.roles as unknown[]).filter(isRecord)
  if (roles.some(({ permissions }) => !Array.isArray(permissions))) return undefined
  return roles
    .flatMap(({ permissions }) => permissions as unknown[])
    .filter(isRecord)
    .map(({ action, ...domains }) => ({ action: String(action), collection: collectionIn(domains) }))
}

/** The pattern stands below the domain: `{action: 'create_data', data: {collection: 'Art*'}}`. */
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
