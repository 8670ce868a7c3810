import type { Context } from '../../../cli/command.ts'
import { EXIT } from '../../../cli/exit.ts'
import { afterError } from '../../../cli/next.ts'
import {
  type CopyContext,
  type CopyReport,
  type CopySetResult,
  copyOptions,
  failedOf,
  isSet,
  rejectsIn,
} from '../../../library.ts'
import { warnOfDangers } from '../restoring/end.ts'
import { warnOfFailed } from '../sets/failed.ts'
import { copySummary, missingFromCopy, rollbackText } from './summary.ts'

/** Prints the reports and the next step, and sets the exit code. @throws the error of a copy that is alone */
export async function endCopies(
  context: Context,
  { set, members }: CopySetResult,
  job: CopyContext,
): Promise<void> {
  const { console } = context
  const options = context.options(copyOptions)
  const reports = members.flatMap(({ report }) => report ?? [])
  const failed = failedOf(members)
  if (failed.length === 0 && reports.every(({ status }) => ['done', 'planned'].includes(status)))
    context.done()
  if (console.json)
    await console.document({ ...(set !== '' && { set }), copies: reports, ...(set !== '' && { failed }) })
  else
    for (const report of reports)
      console.note([...copySummary(report, rejectsOf(report, job)), ...rollbackText(context, report)])
  for (const report of reports) warnOfDangers(console, report)
  if (!isSet(options)) {
    const [{ error } = { error: undefined }] = members
    const next = error === undefined ? undefined : afterError(context, error)
    if (next !== undefined) context.next(`next: ${next}`)
    if (error !== undefined) throw error
  }
  const lacks: string[] = isSet(options) ? warnOfFailed(console, failed) : []
  for (const report of reports) {
    const lack = await missingFromCopy(report, options, rejectsOf(report, job))
    if (lack !== undefined) lacks.push(isSet(options) ? `${report.class}: ${lack}` : lack)
  }
  if (lacks.length > 0) context.fail(EXIT.rejects, lacks.join('; '))
}

/** The path of the rejects: for a copy in several passes, each with its own file, their directory. */
function rejectsOf(
  { id, target, follow, rejected, references_rejected, dry_run }: CopyReport,
  { rejectsPath, rejectsDirectory }: CopyContext,
): string | undefined {
  if (dry_run || (references_rejected === 0 && Object.keys(rejected).length === 0)) return undefined
  if (rejectsPath !== undefined) return rejectsPath
  return follow === null ? rejectsIn(rejectsDirectory!, id, target) : rejectsDirectory
}
