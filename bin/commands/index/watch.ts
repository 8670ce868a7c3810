import { join } from 'node:path'
import type { Command, Context } from '../../cli/command.ts'
import { EXIT } from '../../cli/exit.ts'
import { forRun } from '../../forRun.ts'
import {
  counted,
  ingestOptions,
  requireUsable,
  runOptions,
  type State,
  sum,
  targetOptions,
  type WatchCircumstances,
  type WatchReport,
  watchJob,
  watchOptions,
} from '../../library.ts'
import { ingestMeasure, type ProgressView, progressView } from '../../view/progress.ts'
import { rejectsText, summary } from '../../view/summary.ts'

/** `index watch DIR`: the change files of a directory, those there and those to come → a collection. */
export const command: Command = {
  summary: 'bring a collection up to date with the change files that come into a directory',
  operands: [{ name: 'DIR', kind: 'directory', hint: 'elysiactl index watch DIR --collection NAME' }],
  examples: [
    'elysiactl index watch inbox --collection source-code',
    'elysiactl index watch inbox --collection source-code --rejects rejects.jsonl',
    'elysiactl index watch inbox --collection source-code --dry-run',
    "elysiactl index watch inbox --pattern '*.jsonl.zst' --after move --collection source-code",
    'elysiactl index watch inbox --settle 10s --after delete --collection source-code --target http://localhost:8080',
  ],
  schemas: [watchOptions, ingestOptions, runOptions, targetOptions],
  exits: ['rejects', 'conflict', 'notFound', 'locked', 'unreachable'],
  docs: 'docs/producers-and-consumers.md',
  interrupted: 'what is settled stays, and the same command goes on behind it',
  async run(context) {
    const [directory = ''] = context.operands
    const { console } = context
    const options = { ...context.options(ingestOptions), ...context.options(watchOptions) }
    requireUsable(context.options(ingestOptions))
    const { store, state } = await context.openTarget(forRun(context))
    const view = await progressView(console)
    const around = circumstances(context, state, options, view)
    const { watch } = await watchJob()
    const { report, error } = await watch(directory, store, options, around).finally(view.stop)
    if (console.json) await console.document(report)
    else
      console.note([
        ...summary(report, sum(report.rejected) > 0 ? around.rejectsPath : undefined),
        files(report),
      ])
    if (error !== undefined) throw error
    failAfter(context, report, around.rejectsPath)
  },
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
    onProgress: (progress) => view.update(ingestMeasure(progress, [])),
    onNotice: ({ message }) => console.note(message),
    onFile: ({ report, rejectsPath }) => {
      if (rejects === undefined && sum(report.rejected) > 0 && rejectsPath !== undefined)
        console.note(`rejected records: ${rejectsPath}`)
    },
    ...(runId !== undefined && { runId }),
    ...(rejects !== undefined && { rejectsPath: rejects }),
    ...(after !== 'move' && !dryRun && { rejectsDirectory: join(state.directory, 'rejects') }),
  }
}

function files({ files, files_failed: failed, files_passed_over: passedOver }: WatchReport): string {
  const more = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(passedOver > 0 ? [`${passedOver} passed over`] : []),
  ]
  return [`files ${files}`, ...more].join(', ')
}

function failAfter(context: Context, report: WatchReport, rejectsPath: string | undefined): void {
  const { files_failed: failed, files: all } = report
  const where = 'without --quiet each is named'
  if (failed > 0) context.fail(EXIT.failed, `${failed} of ${counted(all, 'file')} failed: ${where}`)
  else if (sum(report.rejected) > 0) context.fail(EXIT.rejects, rejectsText(report, rejectsPath ?? where))
}
