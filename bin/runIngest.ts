import { join } from 'node:path'
import type { Context } from './cli/command.ts'
import { EXIT } from './cli/exit.ts'
import type { Source } from './cli/inputs.ts'
import { afterError, feedRejects } from './cli/next.ts'
import { transformsFor } from './cli/transforms.ts'
import { forRun } from './forRun.ts'
import {
  ingestFiles,
  ingestOptions,
  type Report,
  requireUsable,
  runOptions,
  type State,
  sum,
  type WriteContext,
} from './library.ts'
import { progressView } from './view/progress.ts'
import { rejectsText, summary } from './view/summary.ts'

/**
 * Ingests inputs into the chosen target, and reports: with --json one document on stdout, else on stderr. They are
 * looked for once the options are known to be of use.
 * @throws what ended the run, after its report
 */
export async function runIngest(context: Context, find: () => Promise<readonly Source[]>): Promise<void> {
  const { console } = context
  const options = context.options(ingestOptions)
  requireUsable(options)
  const inputs = await find()
  const transforms = await transformsFor(context)
  const { store, state } = await context.openTarget(forRun(context))
  const view = await progressView(context)
  const write: WriteContext = { ...writeContext(context, state, !options.dryRun), ...view.looks }
  const { report, error } = await ingestFiles(inputs.map(withFile), store, options, {
    ...write,
    transforms,
  }).finally(view.stop)
  if (report.status === 'done') context.done()
  if (console.json) await console.document(report)
  else console.note(summary(report, rejectsPath(report, write)))
  sayNext(context, report, error, rejectsPath(report, write))
  if (error !== undefined) throw error
  if (sum(report.rejected) > 0) context.fail(EXIT.rejects, rejectsText(report, rejectsPath(report, write)))
}

/** What is to be done with rejected records, or how a run goes on that something kept from its end. */
export function sayNext(
  context: Context,
  { dry_run }: { readonly dry_run: boolean },
  error: unknown,
  path: string | undefined,
): void {
  const next =
    error === undefined ? path && !dry_run && feedRejects(context, path) : afterError(context, error)
  if (next) context.next(`next: ${next}`)
}

/** Standard input may be a file, which must not be written over. */
function withFile(source: Source): Source {
  return source.name === 'stdin' ? { ...source, file: 0 } : source
}

/** The context of a run that writes records, but for its events. */
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

/** Where the rejected records are; undefined where there are none, or no file. */
function rejectsPath({ id, rejected }: Report, { state, rejectsPath, rejectsDirectory }: WriteContext) {
  if (sum(rejected) === 0) return undefined
  const standard = rejectsDirectory && join(rejectsDirectory, `${id}.jsonl`)
  return rejectsPath ?? state?.journal.find(id)?.checkpoint?.rejectsPath ?? standard
}
