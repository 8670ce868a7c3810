import { ElysiaError } from '../../../core/errors.ts'
import type { Alias } from '../../store.ts'
import { replyFailure } from '../cluster/failure.ts'
import type { Context } from '../context.ts'
import { listIn } from '../rest/answer.ts'
import { expectAnswer } from '../rest/expect.ts'

type ServerContext = Omit<Context, 'name'>

/** All aliases, in order; none on a server older than 1.32, which does not have them. */
export async function aliases({ cluster, target, capabilities }: ServerContext): Promise<Alias[]> {
  cluster.requireOpen()
  if (!capabilities.aliases) return []
  const reply = await cluster.rest({ method: 'GET', path: '/aliases', whenReady: true })
  if (reply.status !== 200) throw replyFailure(reply, target, 'listing the aliases')
  const found = listIn(reply, target, 'aliases').map(({ alias, class: name }) => {
    return { alias: String(alias), collection: String(name) }
  })
  return found.sort((a, b) => (a.alias < b.alias ? -1 : 1))
}

/** Makes an alias. */
export async function createAlias(asking: ServerContext, { alias, collection }: Alias): Promise<void> {
  if (!asking.capabilities.aliases) throw withoutAliases(asking)
  // The server would make an alias with another name, capitalized.
  if (!/^[A-Z]/.test(alias)) {
    throw new ElysiaError('ELYSIA_USAGE', `'${alias}' is not a valid alias name`, {
      hint: 'an alias begins with a capital letter',
    })
  }
  const body = { alias, class: collection }
  await expectAnswer(asking, { method: 'POST', path: '/aliases', body }, `making the alias ${alias}`)
}

/** One entry of the servers' own log: each node switches from one collection to the other as it applies it. */
export async function moveAlias(asking: ServerContext, { alias, collection }: Alias): Promise<boolean> {
  const { cluster, target, capabilities } = asking
  if (!capabilities.aliases) throw withoutAliases(asking)
  // The server would move the alias with another name, capitalized.
  if (!/^[A-Z]/.test(alias)) return false
  const path = `/aliases/${encodeURIComponent(alias)}`
  const reply = await cluster.rest({ method: 'PUT', path, body: { class: collection }, whenReady: true })
  if (reply.status === 404) return false
  if (reply.status >= 200 && reply.status < 300) return true
  throw replyFailure(reply, target, `moving the alias ${alias}`)
}

/** Removes an alias; false if there is none. */
export async function dropAlias(
  { cluster, target, capabilities }: ServerContext,
  alias: string,
): Promise<boolean> {
  if (alias === '' || !capabilities.aliases) return false
  const reply = await cluster.rest({ method: 'DELETE', path: `/aliases/${encodeURIComponent(alias)}` })
  if (reply.status === 404) return false
  if (reply.status >= 200 && reply.status < 300) return true
  throw replyFailure(reply, target, `dropping the alias ${alias}`)
}

function withoutAliases({ target, version }: ServerContext): ElysiaError {
  return new ElysiaError('ELYSIA_STORE', `${target} is Weaviate ${version}, which has no aliases`, {
    hint: 'they came with 1.32',
  })
}
