import type { SqliteDatabase } from '../../database/connection.ts'
import type { Tenant, TenantState } from '../store.ts'
import { noTenant, requireActive, requireLegalTenants } from '../validation/classRules.ts'

/** The tenants of a collection with their states, in order of name. */
export function tenantsOf(database: SqliteDatabase, collection: number): Tenant[] {
  const select = 'SELECT name, state FROM tenants WHERE collection = ? ORDER BY name'
  return database.prepare(select).all(collection) as Tenant[]
}

/** Creates the tenants that do not exist yet. */
export function addTenants(database: SqliteDatabase, collection: number, names: readonly string[]): void {
  requireLegalTenants(names)
  const insert = database.prepare('INSERT OR IGNORE INTO tenants (collection, name) VALUES (?, ?)')
  for (const name of names) insert.run(collection, name)
}

/** Changes states, within the caller's transaction. @throws ElysiaError ELYSIA_NOT_FOUND */
export function setStates(
  database: SqliteDatabase,
  collection: { readonly number: number; readonly name: string },
  tenants: readonly Tenant[],
): void {
  const update = database.prepare('UPDATE tenants SET state = ? WHERE collection = ? AND name = ?')
  for (const { name, state } of tenants) {
    if (update.run(state, collection.number, name).changes === 0) throw noTenant(name, collection.name)
  }
}

/** The number of a tenant that can be read and written. `select` finds `number` and `state`. */
export function activeTenant(found: unknown, tenant: string, collection: string): number {
  const row = found as { readonly number: number; readonly state: TenantState } | undefined
  if (row === undefined) throw noTenant(tenant, collection)
  requireActive(tenant, row.state, collection)
  return row.number
}

/** Removes tenants with their objects, within the caller's transaction; skips missing ones. */
export function removeTenants(database: SqliteDatabase, collection: number, names: readonly string[]): void {
  const find = database.prepare('SELECT number FROM tenants WHERE collection = ? AND name = ?').pluck()
  for (const name of names) {
    const number = find.get(collection, name)
    if (number === undefined) continue
    database.prepare(`DELETE FROM objects_${collection} WHERE tenant = ?`).run(number)
    database.prepare('DELETE FROM widths WHERE collection = ? AND tenant = ?').run(collection, number)
    database.prepare('DELETE FROM tenants WHERE number = ?').run(number)
  }
}
