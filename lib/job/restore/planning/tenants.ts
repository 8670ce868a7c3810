import { ElysiaError } from '../../../core/errors.ts'
import { type CollectionSchema, hasTenants } from '../../../core/schema.ts'
import { didYouMean } from '../../../core/suggest.ts'
import type { Tenant } from '../../../store/store.ts'
import { namesOf } from '../../backup/plan.ts'
import type { RestoreOptions } from '../options.ts'
import type { RestoreSource } from '../source/source.ts'

/**
 * The tenants to restore, in the order of `--tenant` or of the source; undefined for a class without tenants. A source
 * that does not know its tenants may have any.
 * @throws ElysiaError ELYSIA_USAGE for `--tenant` with a class without tenants, ELYSIA_NOT_FOUND for a tenant that the
 * source does not have
 */
export function tenantsOf(
  source: RestoreSource,
  schema: CollectionSchema,
  { tenant }: RestoreOptions,
): readonly Tenant[] | undefined {
  if (!hasTenants(schema)) {
    if (tenant === undefined) return undefined
    throw new ElysiaError('ELYSIA_USAGE', `${source.name} has no tenants`, { hint: 'leave --tenant out' })
  }
  const all = source.tenants ?? []
  if (tenant === undefined) return all
  return namesOf(tenant).map((name) => {
    const found = all.find((one) => one.name === name)
    if (found !== undefined) return found
    if (source.tenants === undefined) return { name, state: 'active' }
    const names = all.map((one) => one.name)
    throw new ElysiaError('ELYSIA_NOT_FOUND', `${source.name} has no tenant ${name}`, {
      hint: didYouMean(name, names, 'leave --tenant out to restore all of them'),
    })
  })
}
