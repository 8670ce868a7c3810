import { join } from 'node:path'
import type { Context } from './cli/command.ts'
import { EXIT } from './cli/exit.ts'
import type { Source } from './cli/inputs.ts'
import { afterError, feedRejects } from './cli/next.ts'
import { transformsFor } from './cli/transforms.ts'
import {
  ingestFiles,
  ingestOptions,
  type Report,
  rejectsIn,
  requireUsable,
  runOptions,
  type State,
  sumCounts,
  type WriteContext,
} from './library.ts'
import { ingestOpenOptions } from './openOptions.ts'
import { progressView } from './view/progress.ts'
import { rejectsText, reportSummary } from './view/summary.ts'

/**
 * Ingests inputs into the chosen target, and reports: with --json one document on stdout, otherwise on stderr. Looks
 * for the inputs only after checking the options.
 * @throws the error that ended the run, after its report
 */
export async function runIngest(context: Context, find: () => Promise<readonly Source[]>): Promise<void> {
  const { console } = context
  const options = context.options(ingestOptions)
  requireUsable(options)
  const inputs = await find()
  const transforms = await transformsFor(context)
  const { store, state } = await context.openTarget(ingestOpenOptions(context))
  const view = await progressView(context)
  const write: WriteContext = { ...writeContext(context, state, !options.dryRun), ...view.looks }
  const { report, error } = await ingestFiles(inputs.map(withFile), store, options, {
    ...write,
    transforms,
  }).finally(view.stop)
  if (report.status === 'done') context.done()
  if (console.json) await console.document(report)
  else console.note(reportSummary(report, rejectsPath(report, write)))
  reportNextStep(context, report, error, rejectsPath(report, write))
  if (error !== undefined) throw error
  if (sumCounts(report.rejected) > 0)
    context.fail(EXIT.rejects, rejectsText(report, rejectsPath(report, write)))
}

/** Prints what to do with rejected records, or how an unfinished run continues. */
export function reportNextStep(
  context: Context,
  { dry_run }: { readonly dry_run: boolean },
  error: unknown,
  path: string | undefined,
): void {
  const next =
    error === undefined ? path && !dry_run && feedRejects(context, path) : afterError(context, error)
  if (next) context.next(`next: ${next}`)
}

/** Standard input may be a file, which must not be overwritten. */
function withFile(source: Source): Source {
  return source.name === 'stdin' ? { ...source, file: 0 } : source
}

/** The context of a run that writes records, without its events. */
export function writeContext(context: Context, state: State, keepsRejects: boolean): WriteContext {
  const { rejects, runId, fresh } = context.options(runOptions)
  const { stop, signal, onInFlight } = context
  return {
    ...{ stop, signal, onInFlight, state, fresh },
    ...(runId !== undefined && { runId }),
    ...(rejects !== undefined && { rejectsPath: rejects }),
    ...(keepsRejects && { rejectsDirectory: join(state.directory, 'rejects') }),
  }
}

/** The path of the rejected records; undefined if there are none, or no file. */
function rejectsPath(
  { id, target, rejected }: Report,
  { state, rejectsPath, rejectsDirectory }: WriteContext,
) {
  if (sumCounts(rejected) === 0) return undefined
  const standard = rejectsDirectory && rejectsIn(rejectsDirectory, id, target)
  return rejectsPath ?? state?.journal.find(id)?.checkpoint?.rejectsPath ?? standard
}
