import { judge } from '../expect/missed.ts'
import { damagedLines, knownArchives, NO_ARCHIVES } from './archives.ts'
import { disksOf } from './disk.ts'
import { doneOf } from './done.ts'
import type { ReportSources } from './report.ts'
import type { MonitorReport } from './schema.ts'
import { subjectsOf } from './subjects.ts'

/** The parts of a report that hold even if nothing was run. */
export type StandingFacts = Pick<MonitorReport, 'missed' | 'damaged' | 'disk'> & {
  readonly expected: NonNullable<MonitorReport['expected']>
}

const DAYS_MS = 30 * 86_400_000

/**
 * What is missed, what is damaged and the free space of disks, as in a report of 30 days, without its other parts: for
 * the end of each job. Memory: a few lines for each subject, a record for each archive.
 * @throws ElysiaError as `report`
 */
export async function standing(
  { history, catalog, expectations = [], directories = [] }: ReportSources,
  nowMs = Date.now(),
): Promise<StandingFacts> {
  const archives = catalog === undefined ? NO_ARCHIVES : knownArchives(catalog)
  const found = history.subjects(new Date(nowMs - DAYS_MS).toISOString(), 1)
  const subjects = subjectsOf(found, history.lastSuccesses())
  const quiet = () => {}
  const { expected, missed } = judge(expectations, doneOf(subjects, archives, nowMs, quiet), nowMs)
  const disk = await disksOf([...archives.roots, ...directories], quiet)
  return { expected, missed, damaged: damagedLines(archives, nowMs), disk }
}
