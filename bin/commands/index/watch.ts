import { join } from 'node:path'
import type { Command, Context } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { forRun } from '../../forRun.ts'
import {
  ElysiaError,
  ingestOptions,
  runOptions,
  type State,
  sum,
  targetOptions,
  type WatchCircumstances,
  type WatchReport,
  watchJob,
  watchOptions,
} from '../../library.ts'
import { type ProgressView, progressView } from '../../progress.ts'
import { summary } from '../../summary.ts'

/** `index watch DIR`: the change files of a directory, those there and those to come → a collection. */
export const command: Command = {
  name: 'index watch',
  summary: 'bring a collection up to date with the change files that come into a directory',
  usage: 'DIR',
  examples: [
    'elysiactl index watch inbox --collection source-code',
    'elysiactl index watch inbox --collection source-code --rejects rejects.jsonl',
    'elysiactl index watch inbox --collection source-code --dry-run',
    "elysiactl index watch inbox --pattern '*.jsonl.zst' --after move --collection source-code",
    'elysiactl index watch inbox --settle 10s --after delete --collection source-code --target http://localhost:8080',
  ],
  schemas: [watchOptions, ingestOptions, runOptions, targetOptions],
  async run(context) {
    const directory = directoryOf(context)
    const { console } = context
    const options = { ...context.options(ingestOptions), ...context.options(watchOptions) }
    const { store, state } = await context.openTarget(forRun(context))
    const view = await progressView([], console)
    const around = circumstances(context, state, options, view)
    const { watch } = await watchJob()
    const { report, error } = await watch(directory, store, options, around).finally(view.stop)
    if (console.json) await console.document(report)
    else
      console.note(
        `${summary(report, sum(report.rejected) > 0 ? around.rejectsPath : undefined)}\n${files(report)}`,
      )
    if (error !== undefined) throw error
    context.setExit(exitAfter(report))
  },
}

function directoryOf({ operands }: Context): string {
  const [directory] = operands
  if (directory !== undefined && operands.length === 1) return directory
  throw new ElysiaError('ELYSIA_USAGE', 'exactly one directory has to be given', {
    hint: 'elysiactl index watch DIR --collection NAME',
  })
}

function circumstances(
  context: Context,
  state: State,
  { after, dryRun }: { after: string; dryRun: boolean },
  view: ProgressView,
): WatchCircumstances {
  const { rejects, runId, fresh } = context.options(runOptions)
  const { console, stop, signal } = context
  return {
    stop,
    signal,
    state,
    fresh,
    onReject: ({ item, cause, reason }) => console.detail(`line ${item.line}: ${cause}: ${reason}`),
    onProgress: view.update,
    onNotice: ({ message }) => view.note(message),
    onFile: ({ report, rejectsPath }) => {
      if (rejects === undefined && sum(report.rejected) > 0 && rejectsPath !== undefined)
        view.note(`rejected records: ${rejectsPath}`)
    },
    ...(runId !== undefined && { runId }),
    ...(rejects !== undefined && { rejectsPath: rejects }),
    ...(after !== 'move' && !dryRun && { rejectsDirectory: join(state.directory, 'rejects') }),
  }
}

function files({ files, files_failed: failed }: WatchReport): string {
  return failed === 0 ? `files ${files}` : `files ${files}, of which ${failed} failed`
}

function exitAfter({ files_failed: failed, rejected }: WatchReport): number {
  if (failed > 0) return EXIT.failed
  return sum(rejected) > 0 ? EXIT.rejects : EXIT.done
}
