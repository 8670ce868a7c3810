import { within } from '../../../async/deadline.ts'
import type { Cluster } from './cluster.ts'
import type { NodeConnection } from './node.ts'

/** A header says the second alone. */
const SECOND_MS = 1000
const TIMEOUT_MS = 5_000

/**
 * By how much the clock of a node differs from that of this machine, at most: the greatest difference of all nodes that
 * answer. Undefined where one does not say its time, or none answers.
 */
export async function clockDifferenceMs({ servers }: Pick<Cluster, 'servers'>): Promise<number | undefined> {
  const asked = await Promise.allSettled(servers.map(differenceOf))
  const answers = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  if (answers.length === 0 || answers.includes(undefined)) return undefined
  return Math.max(...(answers as number[]))
}

/** The greatest that the second of the answer and the time that it took allow. */
async function differenceOf(server: NodeConnection): Promise<number | undefined> {
  const before = Date.now()
  const request = { method: 'GET', path: '/.well-known/live' } as const
  const { date } = await within(TIMEOUT_MS, [], (signal) => server.rest(request, signal))
  const after = Date.now()
  const second = Date.parse(date ?? '')
  if (Number.isNaN(second)) return undefined
  return Math.max(after - second, second + SECOND_MS - 1 - before)
}
