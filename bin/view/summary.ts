import { type Counts, pluralize, type Report, roughSize, sumCounts } from '../library.ts'
import { shortTarget } from './target.ts'

/** A report for the user: every count below the one that includes it, so that the sums are visible. */
export function reportSummary(report: Report, rejectsPath: string | undefined): string[] {
  const { class: name, target, id, seconds, rate, bytes, retries } = report
  const ending = report.dry_run ? `${report.status} (dry run: nothing was written)` : report.status
  const repeated = retries === 0 ? '' : `, ${retries} ${retries === 1 ? 'retry' : 'retries'}`
  return [
    `${ending}: ${name} in ${shortTarget(target)}, run ${id}`,
    ...rowLines(rows(report)),
    `${seconds.toFixed(2)} s, ${Math.round(rate)} records/s, ${roughSize(bytes)}${repeated}`,
    ...saved(report),
    ...commits(report),
    ...(rejectsPath === undefined ? [] : [`rejected records: ${rejectsPath}`]),
  ]
}

/** For a run in two passes, what the first one saved. */
function saved({ coalesced }: Report): string[] {
  if (coalesced?.passes !== 'two' || coalesced.writes_saved === 0) return []
  return [`${pluralize(coalesced.writes_saved, 'write')} saved: a later record replaced each`]
}

/** A count of a report, and its indentation. */
export type Row = readonly [depth: number, name: string, count: number]

/** `lines = blank + records`; `records` = the outcomes; skipped and rejected = their reasons. */
function rows(counts: Counts): Row[] {
  const { lines, blank, records, written, deleted, unchanged, superseded, control, skipped, rejected } =
    counts
  const outcomes = { written, deleted, unchanged, superseded, control }
  return [
    [0, 'lines', lines],
    [1, 'blank', blank],
    [1, 'records', records],
    ...Object.entries(outcomes).map(([name, count]): Row => [2, name, count]),
    ...byCode(2, 'skipped', skipped),
    ...byCode(2, 'rejected', rejected),
  ]
}

/** A sum, with its parts below it. */
export function byCode(depth: number, name: string, counts: Readonly<Record<string, number>>): Row[] {
  const entries = Object.entries(counts).sort(([one], [other]) => (one < other ? -1 : 1))
  return [[depth, name, sumCounts(counts)], ...entries.map(([code, count]): Row => [depth + 1, code, count])]
}

/** The rows of a report, its counts in one column. */
export function rowLines(lines: readonly Row[]): string[] {
  const labels = lines.map(([depth, name]) => `${'  '.repeat(depth + 1)}${name}`)
  const width = Math.max(...labels.map((label) => label.length)) + 2
  const digits = Math.max(...lines.map(([, , count]) => String(count).length))
  return lines.map(([, , count], index) => labels[index]!.padEnd(width) + String(count).padStart(digits))
}

/** How many repositories are shown; the report contains all. */
const COMMITS_SHOWN = 10

function commits(report: Report): string[] {
  const all = Object.entries(report.commits)
  const lines = all
    .slice(0, COMMITS_SHOWN)
    .map(([repo, commit]) => `last commit of ${repo || '(no name)'}: ${commit}`)
  const more = all.length - lines.length
  return more === 0 ? lines : [...lines, `and ${more} more: index status shows all`]
}

/** The number of rejects and their path, in one line. */
export function rejectsText({ rejected, records, dry_run }: Report, path: string | undefined): string {
  const where = path ?? (dry_run ? 'a dry run writes no file; -v shows each' : '-v shows each')
  const count = sumCounts(rejected)
  return `${count} of ${pluralize(records, 'record')} ${count === 1 ? 'was' : 'were'} rejected: ${where}`
}
