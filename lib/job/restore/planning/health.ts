import { ElysiaError } from '../../../core/errors.ts'
import type { Emit } from '../../../run/context.ts'
import type { Health, Store } from '../../../store/store.ts'
import type { RestoreOptions } from '../options.ts'

const BAD_NODE = /^(UNHEALTHY|UNAVAILABLE|TIMEOUT|DOWN)$/

/**
 * Checks the health of the target.
 * @throws ElysiaError of the store if it does not answer; ELYSIA_UNREACHABLE if none of its nodes is healthy,
 * ELYSIA_CONFLICT if one is not and --degraded does not accept that
 */
export async function healthyTarget(
  store: Store,
  { degraded }: RestoreOptions,
  emit: Emit,
  ask: () => Promise<Health> = () => store.health(),
): Promise<Health> {
  const health = await ask()
  const ill = health.nodes.filter(({ status }) => BAD_NODE.test(status))
  if (ill.length > 0 && ill.length === health.nodes.length) {
    throw new ElysiaError('ELYSIA_UNREACHABLE', `no node of ${store.target} is healthy`, {
      retryable: true,
      hint: 'nothing was written; check the server',
    })
  }
  if (ill.length > 0 && !degraded) {
    const named = ill.map(({ name, status }) => `${name} is ${status}`).join(', ')
    const of = `${ill.length} of ${health.nodes.length} nodes of ${store.target}`
    throw new ElysiaError('ELYSIA_CONFLICT', `${of} cannot take their share of a collection: ${named}`, {
      hint: 'nothing was written; run the same command when all are back, or use --degraded to continue without them',
    })
  }
  for (const { name, status } of ill) emit({ type: 'node_unhealthy', node: name, status })
  return health
}
