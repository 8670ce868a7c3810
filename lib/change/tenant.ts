import { hash } from 'node:crypto'

/** The names that Weaviate allows for a tenant. */
const TENANT = /^[A-Za-z0-9_-]{1,64}$/

/** Names of the form that `tenantOf` makes. They are mapped too; otherwise two repositories could share one. */
const MAPPED = /-[0-9a-f]{32}$/

/**
 * The tenant of a repository: its name if that is a valid tenant name; otherwise the name with every run of other
 * characters turned into one `-`, cut to 31 characters, then `-` and the first 32 hexadecimal digits of the SHA-256
 * of the whole name. Two repositories never share a tenant (short of a collision in 128 bits).
 */
export function tenantOf(repo: string): string {
  if (TENANT.test(repo) && !MAPPED.test(repo)) return repo
  const readable = repo.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 31)
  return `${readable}-${hash('sha256', repo).slice(0, 32)}`
}
