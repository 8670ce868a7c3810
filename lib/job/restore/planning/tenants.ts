import { ElysiaError } from '../../../core/errors.ts'
import { type CollectionSchema, hasTenants } from '../../../core/schema.ts'
import { didYouMean } from '../../../core/suggest.ts'
import type { Tenant } from '../../../store/store.ts'
import { namesOf } from '../../backup/plan.ts'
import type { RestoreOptions } from '../options.ts'
import type { RestoreSource } from '../source/source.ts'

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
