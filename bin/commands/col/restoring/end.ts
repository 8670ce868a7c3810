import { affectedArchives, affectedText, damagedIn } from '../../../cli/chain/affected.ts'
import type { Context } from '../../../cli/command.ts'
import type { Console } from '../../../cli/console.ts'
import { EXIT } from '../../../cli/exit.ts'
import { afterError } from '../../../cli/next.ts'
import {
  type FailedMember,
  pluralize,
  type RestoreContext,
  type RestoreReport,
  type RestoreSource,
  sumCounts,
} from '../../../library.ts'
import { restoreSummary } from '../restoreSummary.ts'
import { warnOfFailed } from '../sets/failed.ts'
import { rejectsPath, restoreRejects } from './rejects.ts'
import { aliasTexts, rollbackTexts } from './rollbackText.ts'

/** How one restore ended. */
export interface RestoreEnding {
  readonly report: RestoreReport
  readonly error?: unknown
}

/**
 * Prints the reports of restores that went together and the next step, and sets the exit code. `ofSet` reports the
 * errors of those of a set that failed.
 * @throws the error of the others
 */
export async function endRestores(
  context: Context,
  all: readonly RestoreEnding[],
  jobContext: RestoreContext,
  sources: readonly RestoreSource[],
  ofSet?: readonly FailedMember[],
): Promise<void> {
  const { console } = context
  const failed = ofSet ?? []
  const reports = all.map(({ report }) => report)
  if (failed.length === 0 && reports.every(({ status }) => ['done', 'planned'].includes(status)))
    context.done()
  if (console.json) await console.document({ restores: reports, ...(ofSet && { failed }) })
  else for (const report of reports) console.note(restoreSummary(report, rejectsPath(report, jobContext)))
  for (const report of reports) warnOfDangers(console, report)
  const failure = firstCause(all.map(({ error }) => error))
  if (!console.json) console.note([...rollbackTexts(context, reports), ...aliasTexts(context, reports)])
  const next =
    failure === undefined ? restoreRejects(context, reports, jobContext) : afterError(context, failure)
  if (next !== undefined) context.next(`next: ${next}`)
  if (failure !== undefined) {
    await noteSpoiled(context, failure, sources)
    throw failure
  }
  const lacking = reports.find((report) => report.status !== 'failed' && !isWhole(report))
  const lacks = [
    ...warnOfFailed(console, failed),
    ...(lacking === undefined ? [] : [lackText(lacking, rejectsPath(lacking, jobContext))]),
  ]
  if (lacks.length > 0) context.fail(EXIT.rejects, lacks.join('; '))
}

/** Names the archives that also cannot be restored because of this damage. */
async function noteSpoiled(
  context: Context,
  failure: unknown,
  sources: readonly RestoreSource[],
): Promise<void> {
  const id = damagedIn(failure, sources.length === 1 ? sources[0]?.identity : undefined)
  const text = id === undefined ? undefined : affectedText(id, await affectedArchives(context, id))
  if (text !== undefined) context.console.warn(text)
}

/** The first error of several: the others follow from it. */
function firstCause(errors: readonly unknown[]): unknown {
  return errors.find((error) => error !== undefined && !errors.includes((error as Error).cause ?? NaN))
}

function isWhole(report: RestoreReport): boolean {
  const { rejected, references_rejected, parts_damaged, not_found = 0, left_alone = 0 } = report
  const lacking =
    sumCounts(rejected) + references_rejected + not_found + left_alone + healthDangers(report).length
  return lacking === 0 && parts_damaged.length === 0
}

/** Warns of what endangers the written data. */
export function warnOfDangers(
  { warn }: Pick<Console, 'warn'>,
  { health, target }: Pick<RestoreReport, 'health' | 'target'>,
): void {
  for (const { fact } of health) warn(`${target} is not healthy: ${fact}`)
}

/** What endangers the written data, unless the user accepted it. */
export function healthDangers({ health, target }: Pick<RestoreReport, 'health' | 'target'>): string[] {
  return health.filter(({ level }) => level === 'stop').map(({ fact }) => `${target} is not healthy: ${fact}`)
}

function lackText(report: RestoreReport, path: string | undefined): string {
  const { rejected, references_rejected, parts_damaged, not_found = 0, left_alone = 0, dry_run } = report
  const refused = sumCounts(rejected)
  const lacks = [
    ...(refused === 0 ? [] : [`${pluralize(refused, 'object')} ${dry_run ? 'would be ' : ''}rejected`]),
    ...(references_rejected === 0 ? [] : [`${pluralize(references_rejected, 'reference')} rejected`]),
    ...(not_found === 0 ? [] : [`${pluralize(not_found, 'id')} of --objects not found`]),
    ...(left_alone === 0 ? [] : [`${pluralize(left_alone, 'object')} not deleted: changed meanwhile`]),
    ...healthDangers(report),
    ...(parts_damaged.length === 0 ? [] : [`damaged and left out: ${parts_damaged.join(', ')}`]),
  ]
  const hasRejects = refused > 0 || references_rejected > 0
  return `${lacks.join(', ')}${path === undefined || !hasRejects ? '' : `; see ${path}`}`
}
