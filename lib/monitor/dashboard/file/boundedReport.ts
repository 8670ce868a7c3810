import { pluralize } from '../../../core/units.ts'
import type { MonitorReport } from '../../report/schema.ts'

/** A report with parts left out, and sentences that say which. */
export interface BoundedReport {
  readonly report: MonitorReport
  readonly leftOut: readonly string[]
}

/** Lists of a report that grow with the number of collections. */
const LISTS = [
  'needs_attention',
  'success',
  'missed',
  'expected',
  'recovery',
  'trends',
  'storage',
  'cleanup',
  'damaged',
  'unverified',
  'never_backed_up',
  'uncovered',
] as const satisfies readonly (keyof MonitorReport)[]

const NAMES: Readonly<Partial<Record<(typeof LISTS)[number], string>>> = {
  needs_attention: 'what needs attention',
  cleanup: 'what may go',
  never_backed_up: 'what was never backed up',
  uncovered: 'what no expectation covers',
}

/** Keeps the first `most` of each list of a report, and the newest points of each trend. */
export function boundedReport(report: MonitorReport, most: number): BoundedReport {
  const cut = LISTS.filter((name) => (report[name]?.length ?? 0) > most)
  const lists = Object.fromEntries(cut.map((name) => [name, report[name]!.slice(0, most)]))
  const leftOut = cut.map((name) => {
    const left = report[name]!.length - most
    return `${pluralize(left, 'line')} of ${NAMES[name] ?? name}`
  })
  return { report: { ...report, ...lists }, leftOut }
}
