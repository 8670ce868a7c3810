import { type Check, type HealthReport, healthJob, pluralize } from '../../library.ts'
import type { Context } from '../command.ts'
import { faultOf } from './fault.ts'

/** The jobs whose rights are checked. */
const JOBS = ['backup', 'restore', 'copy', 'ingest', 'delete'] as const

/** Checks the chosen target: whether it answers, its health, and the rights of the key. */
export async function targetChecks(context: Context): Promise<Check[]> {
  const { checkHealth } = await healthJob()
  const area = 'target'
  let subject = 'target'
  try {
    const { store } = await context.readTarget()
    subject = store.target
    const report = await checkHealth(store)
    const checks: Check[] = [{ area, subject, level: 'ok', fact: reachedText(report) }]
    for (const { level, fact } of report.findings) {
      const next = '`elysiactl cluster health` shows all of it'
      checks.push({ area, subject, level: level === 'stop' ? 'fault' : 'warning', fact, next })
    }
    if (store.kind !== 'weaviate') return checks
    const reportedFacts = new Set(report.findings.map(({ fact }) => fact))
    for (const job of JOBS) {
      const { findings } = await checkHealth(store, { for: job })
      const missing = findings.filter(({ fact }) => !reportedFacts.has(fact))
      if (missing.length === 0)
        checks.push({ area, subject, level: 'ok', fact: `the key has the rights for: ${job}` })
      for (const { fact } of missing) {
        const next = 'give its role the right, or use another key'
        checks.push({ area, subject, level: 'warning', fact: `${job} would be refused: ${fact}`, next })
      }
    }
    return checks
  } catch (error) {
    const fault = faultOf({ area, subject }, error)
    const next = 'start it, or check its address and the network; `elysiactl config show` shows the targets'
    return [{ next, ...fault }]
  }
}

function reachedText({ kind, version, nodes, clockDifferenceMs: clock }: HealthReport): string {
  if (kind !== 'weaviate') return `${kind} ${version}`
  const clocks = clock === undefined ? '' : `, clocks differ by ${(clock / 1000).toFixed(1)} s at most`
  return `answers: Weaviate ${version}, ${pluralize(nodes.length, 'node')}${clocks}`
}
