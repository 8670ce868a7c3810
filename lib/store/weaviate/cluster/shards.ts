import { ElysiaError } from '../../../core/errors.ts'
import type { CallOptions } from '../../store.ts'
import { listIn } from '../rest/answer.ts'
import type { RestRequest } from '../rest/request.ts'
import type { Cluster } from './cluster.ts'
import { replyFailure } from './failure.ts'

/** How long it is assumed that a server is alone, or does not report its nodes. */
const BELIEVED_MS = 30_000

/** A question that several callers wait for; a caller never joins one that was sent before it came. */
interface ShardCheck {
  running: Promise<void> | undefined
  next: Promise<void> | undefined
}

/** The question whether the server is alone, and when it was asked: its answer is as old as that. */
interface AloneCheck {
  readonly alone: Promise<boolean>
  readonly atMs: number
}

/**
 * Checks that all shards of a collection are served. A cluster with a node down silently omits the objects of that
 * node's shards from pages, look-ups, counts and deletions, at every consistency level: so this is asked after each. A
 * single server is not asked.
 */
export class Shards {
  readonly #cluster: Cluster
  readonly #target: string
  readonly #checks = new Map<string, ShardCheck>()
  #silentUntil = 0
  #aloneCheck: AloneCheck | undefined
  /** True once there were several nodes: from then on it asks every time. */
  #clustered = false

  constructor(cluster: Cluster, target: string) {
    this.#cluster = cluster
    this.#target = target
  }

  /** Begins to ask whether the server is alone, unless that is known: beside a call that needs it afterwards. */
  begin(): void {
    const now = performance.now()
    if (this.#clustered || this.#aloneCheck !== undefined || now < this.#silentUntil) return
    const aloneCheck = { alone: this.#isOnlyNode(), atMs: now }
    this.#aloneCheck = aloneCheck
    // What failed is asked again: the call itself may be repeated by then.
    aloneCheck.alone.catch(() => {
      if (this.#aloneCheck === aloneCheck) this.#aloneCheck = undefined
    })
  }

  /** @throws ElysiaError ELYSIA_UNREACHABLE, to be repeated, if all nodes of a shard are down */
  async requireServed(name: string, tenant: string, call: CallOptions): Promise<void> {
    if (performance.now() < this.#silentUntil) return
    const key = `${name} ${tenant}`
    const check = this.#checks.get(key) ?? { running: undefined, next: undefined }
    this.#checks.set(key, check)
    check.next ??= this.#after(check, name, tenant).finally(() => {
      if (check.running === undefined && check.next === undefined) this.#checks.delete(key)
    })
    await check.next
    call.signal?.throwIfAborted()
  }

  async #after(check: ShardCheck, name: string, tenant: string): Promise<void> {
    await check.running?.catch(() => {})
    const question = this.#ask(name, tenant)
    check.running = question
    check.next = undefined
    try {
      await question
    } finally {
      if (check.running === question) check.running = undefined
    }
  }

  async #ask(name: string, tenant: string): Promise<void> {
    if (!this.#clustered) {
      const { alone, atMs } = this.#takeBegun()
      if (await alone) {
        this.#silentUntil = atMs + BELIEVED_MS
        return
      }
    }
    this.#clustered = true
    const query = tenant === '' ? '' : `?tenant=${encodeURIComponent(tenant)}`
    const path = `/schema/${encodeURIComponent(name)}/shards${query}`
    const reply = await this.#cluster.rest({ method: 'GET', path })
    // Gone meanwhile, or not visible to this key: the call itself reports that.
    if (reply.status === 404 || reply.status === 403) return
    if (reply.status !== 200) throw replyFailure(reply, this.#target, `looking at the shards of ${name}`)
    const shards = listIn(reply, this.#target)
    const dark = shards.filter(
      (shard) => (shard.status ?? '') === '' && (tenant === '' || shard.name === tenant),
    )
    if (dark.length > 0) throw outOfReach(this.#target, name, dark.length, shards.length)
  }

  /** The question that was begun, unless the call after it took too long: then a new one. */
  #takeBegun(): AloneCheck {
    const aloneCheck = this.#aloneCheck
    this.#aloneCheck = undefined
    const now = performance.now()
    if (aloneCheck !== undefined && now - aloneCheck.atMs < BELIEVED_MS) return aloneCheck
    return { alone: this.#isOnlyNode(), atMs: now }
  }

  async #isOnlyNode(): Promise<boolean> {
    const request: RestRequest = { method: 'GET', path: '/nodes' }
    const reply = await this.#cluster.rest(request)
    if (reply.status !== 200) return reply.status === 403
    return listIn(reply, this.#target, 'nodes').length < 2
  }
}

/** Objects of a collection are only on nodes that are down. */
export class OutOfReach extends ElysiaError {}

function outOfReach(target: string, name: string, dark: number, all: number): OutOfReach {
  const message = `${dark} of ${all} shards of ${name} in ${target} are on nodes that are down: their objects are out of reach`
  return new OutOfReach('ELYSIA_UNREACHABLE', message, {
    retryable: true,
    hint: 'nothing is read in part; run the same command when all nodes are back',
  })
}
