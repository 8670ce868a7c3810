import { judgeExpectations } from '../expect/judgeExpectations.ts'
import type { ReportedHistory } from '../history/entry.ts'
import { isOnlySlips } from '../history/failures.ts'
import { damagedLines, knownArchives, NO_ARCHIVES } from './archives.ts'
import { disksOf } from './disk.ts'
import { lastSuccessTimes } from './lastSuccess.ts'
import type { ReportSources } from './report.ts'
import type { MonitorReport } from './schema.ts'
import { trendOf } from './trends.ts'

/** The parts of a report that hold even if nothing was run. */
export type StandingFacts = Pick<MonitorReport, 'missed' | 'damaged' | 'disk'> & {
  /** Made when it is read. */
  readonly expected: NonNullable<MonitorReport['expected']>
  /** Those that have become slower, without their points; absent if they were not asked for. */
  readonly trends?: MonitorReport['trends']
}

/** What is looked for, and at which time. */
export interface StandingOptions {
  /** True to look for runs that have become slower: a few dozen microseconds for each kind, collection and target. */
  readonly trends?: boolean
  readonly nowMs?: number
}

const DAYS_MS = 30 * 86_400_000

/**
 * What is missed, what is damaged, the free space of disks, and what has become slower, as in a report of 30 days,
 * without its other parts: for the end of each job. Memory: a line for each subject, a record for each archive.
 * @throws ElysiaError as `report`
 */
export async function standingFindings(
  { history, catalog, expectations = [], directories = [] }: ReportSources,
  { trends = false, nowMs = Date.now() }: StandingOptions = {},
): Promise<StandingFacts> {
  const archives = catalog === undefined ? NO_ARCHIVES : knownArchives(catalog)
  const since = new Date(nowMs - DAYS_MS).toISOString()
  const known = history
    .successes()
    .filter((one) => one.succeededMs !== null || !isOnlySlips(history, one, since))
  const quiet = () => {}
  const judged = judgeExpectations(expectations, lastSuccessTimes(known, archives, nowMs, quiet), nowMs)
  const disk = await disksOf([...archives.roots, ...directories], quiet)
  return {
    // Read only where a job is not missed any more.
    get expected() {
      return judged.expected
    },
    missed: judged.missed,
    damaged: damagedLines(archives, nowMs),
    disk,
    ...(trends && { trends: slowerIn(history, since) }),
  }
}

function slowerIn(history: ReportedHistory, since: string): MonitorReport['trends'] {
  return history.subjects(since, 1).flatMap((runs) => {
    const trend = trendOf({ ...runs, runs })
    return trend?.regression === undefined ? [] : [{ ...trend, points: [] }]
  })
}
