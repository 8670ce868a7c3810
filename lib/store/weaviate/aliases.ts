import { ElysiaError } from '../../errors.ts'
import type { Alias } from '../store.ts'
import { type Asking, expect } from './expect.ts'
import { replyFailure } from './failure.ts'
import { jsonOf } from './rest.ts'

/** All aliases, in order; none on a server older than 1.32, which has no such thing. */
export async function aliases({ cluster, target }: Asking): Promise<Alias[]> {
  const reply = await cluster.rest({ method: 'GET', path: '/aliases' })
  if (reply.status === 404) return []
  if (reply.status !== 200) throw replyFailure(reply, target, 'listing the aliases')
  const { aliases = [] } = (jsonOf(reply) ?? {}) as { aliases?: { alias?: unknown; class?: unknown }[] }
  const found = aliases.map((one) => ({ alias: String(one.alias), collection: String(one.class) }))
  return found.sort((a, b) => (a.alias < b.alias ? -1 : 1))
}

export async function createAlias(asking: Asking, { alias, collection }: Alias): Promise<void> {
  // The server would make an alias of another name, its first letter a capital.
  if (!/^[A-Z]/.test(alias)) {
    throw new ElysiaError('ELYSIA_USAGE', `'${alias}' is not a valid alias name`, {
      hint: 'an alias begins with a capital letter',
    })
  }
  const body = { alias, class: collection }
  await expect(asking, { method: 'POST', path: '/aliases', body }, `making the alias ${alias}`)
}

export async function dropAlias({ cluster, target }: Asking, alias: string): Promise<boolean> {
  if (alias === '') return false
  const reply = await cluster.rest({ method: 'DELETE', path: `/aliases/${encodeURIComponent(alias)}` })
  if (reply.status === 404) return false
  if (reply.status >= 200 && reply.status < 300) return true
  throw replyFailure(reply, target, `dropping the alias ${alias}`)
}
