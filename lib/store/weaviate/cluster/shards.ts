import { ElysiaError } from '../../../core/errors.ts'
import type { CallOptions } from '../../store.ts'
import { listIn } from '../rest/answer.ts'
import type { RestRequest } from '../rest/request.ts'
import type { Cluster } from './cluster.ts'
import { replyFailure } from './failure.ts'

/** How long the answer is cached that a server is alone, or does not say. */
const BELIEVED_MS = 30_000

/** A question that several callers wait for: one that was put before a caller came is none of his. */
interface Asked {
  running: Promise<void> | undefined
  next: Promise<void> | undefined
}

/**
 * Whether all shards of a collection are served. A cluster with a node down silently leaves the objects of that
 * node's shards out of pages, look-ups, counts and deletions, at every consistency level: so it is asked after
 * each. A server alone is not.
 */
export class Shards {
  readonly #cluster: Cluster
  readonly #target: string
  readonly #asked = new Map<string, Asked>()
  #silentUntil = 0
  /** There were several nodes: from then on it is asked every time. */
  #clustered = false

  constructor(cluster: Cluster, target: string) {
    this.#cluster = cluster
    this.#target = target
  }

  /** @throws ElysiaError ELYSIA_UNREACHABLE, to be repeated, where a shard is on nodes that are down only */
  async requireServed(name: string, tenant: string, call: CallOptions): Promise<void> {
    if (performance.now() < this.#silentUntil) return
    const key = `${name} ${tenant}`
    const asked = this.#asked.get(key) ?? { running: undefined, next: undefined }
    this.#asked.set(key, asked)
    asked.next ??= this.#after(asked, name, tenant).finally(() => {
      if (asked.running === undefined && asked.next === undefined) this.#asked.delete(key)
    })
    await asked.next
    call.signal?.throwIfAborted()
  }

  async #after(asked: Asked, name: string, tenant: string): Promise<void> {
    await asked.running?.catch(() => {})
    const question = this.#ask(name, tenant)
    asked.running = question
    asked.next = undefined
    try {
      await question
    } finally {
      if (asked.running === question) asked.running = undefined
    }
  }

  async #ask(name: string, tenant: string): Promise<void> {
    if (!this.#clustered && (await this.#isOnlyNode())) {
      this.#silentUntil = performance.now() + BELIEVED_MS
      return
    }
    this.#clustered = true
    const query = tenant === '' ? '' : `?tenant=${encodeURIComponent(tenant)}`
    const path = `/schema/${encodeURIComponent(name)}/shards${query}`
    const reply = await this.#cluster.rest({ method: 'GET', path })
    // Gone meanwhile, or not to be seen with this key: the call itself says what there is to say.
    if (reply.status === 404 || reply.status === 403) return
    if (reply.status !== 200) throw replyFailure(reply, this.#target, `looking at the shards of ${name}`)
    const shards = listIn(reply, this.#target)
    const dark = shards.filter(
      (shard) => (shard.status ?? '') === '' && (tenant === '' || shard.name === tenant),
    )
    if (dark.length > 0) throw outOfReach(this.#target, name, dark.length, shards.length)
  }

  async #isOnlyNode(): Promise<boolean> {
    const request: RestRequest = { method: 'GET', path: '/nodes' }
    const reply = await this.#cluster.rest(request)
    if (reply.status !== 200) return reply.status === 403
    return listIn(reply, this.#target, 'nodes').length < 2
  }
}

/** Objects of a collection are on nodes that are down only. */
export class OutOfReach extends ElysiaError {}

function outOfReach(target: string, name: string, dark: number, all: number): OutOfReach {
  const message = `${dark} of ${all} shards of ${name} in ${target} are on nodes that are down: their objects are out of reach`
  return new OutOfReach('ELYSIA_UNREACHABLE', message, {
    retryable: true,
    hint: 'nothing is read in part; give the same command when all nodes are back',
  })
}
