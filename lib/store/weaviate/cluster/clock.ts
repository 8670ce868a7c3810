import { withDeadline } from '../../../async/deadline.ts'
import type { Cluster } from './cluster.ts'
import type { NodeConnection } from './node.ts'

/** The precision of the date in a header. */
const SECOND_MS = 1000
const TIMEOUT_MS = 5_000

/**
 * The greatest difference between the clock of this machine and that of any answering node. Undefined if one does not
 * report its time, or none answers.
 */
export async function clockDifferenceMs({ servers }: Pick<Cluster, 'servers'>): Promise<number | undefined> {
  const differences = await Promise.allSettled(servers.map(differenceOf))
  const answers = differences.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  if (answers.length === 0 || answers.includes(undefined)) return undefined
  return Math.max(...(answers as number[]))
}

/** The greatest difference that the second in the answer and the duration of the call allow. */
async function differenceOf(server: NodeConnection): Promise<number | undefined> {
  const before = Date.now()
  const request = { method: 'GET', path: '/.well-known/live' } as const
  const { date } = await withDeadline(TIMEOUT_MS, [], (signal) => server.rest(request, signal))
  const after = Date.now()
  const second = Date.parse(date ?? '')
  if (Number.isNaN(second)) return undefined
  return Math.max(after - second, second + SECOND_MS - 1 - before)
}
