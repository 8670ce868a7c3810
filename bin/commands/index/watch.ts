import type { Command, Context } from '../../cli/command.ts'
import { EXIT } from '../../cli/exit.ts'
import { transformsFor } from '../../cli/transforms.ts'
import {
  ingestOptions,
  metricsListenOptions,
  pluralize,
  type RunEvent,
  requireUsable,
  runOptions,
  type State,
  sumCounts,
  targetOptions,
  transformOptions,
  type WatchReport,
  type WriteContext,
  watchJob,
  watchOptions,
} from '../../library.ts'
import { servingMetrics } from '../../metrics.ts'
import { ingestOpenOptions } from '../../openOptions.ts'
import { reportNextStep, writeContext } from '../../runIngest.ts'
import { type ProgressView, progressView } from '../../view/progress.ts'
import { rejectsText, reportSummary } from '../../view/summary.ts'

/** `index watch DIR`: the existing and new change files of a directory → a collection. */
export const command: Command = {
  records: 'watch',
  summary: 'bring a collection up to date with change files as they arrive in a directory',
  operands: [{ name: 'DIR', kind: 'directory', hint: 'elysiactl index watch DIR --collection NAME' }],
  examples: [
    'elysiactl index watch inbox --collection source-code',
    'elysiactl index watch inbox --collection source-code --rejects rejects.jsonl',
    'elysiactl index watch inbox --collection source-code --dry-run',
    "elysiactl index watch inbox --pattern '*.jsonl.zst' --after move --collection source-code",
    'elysiactl index watch inbox --settle 10s --after delete --collection source-code --target http://localhost:8080',
  ],
  schemas: [watchOptions, ingestOptions, transformOptions, runOptions, metricsListenOptions, targetOptions],
  document: 'report',
  exits: ['rejects', 'conflict', 'notFound', 'locked', 'unreachable'],
  docs: 'docs/producers-and-consumers.md',
  continuing: ({ options }) => ({ keeps: !options(ingestOptions).dryRun, drop: ['--fresh'] }),
  run: (context) => servingMetrics(context, (ready) => watchDirectory(context, ready)),
}

async function watchDirectory(context: Context, ready: () => void): Promise<void> {
  const [directory = ''] = context.operands
  const { console } = context
  const options = { ...context.options(ingestOptions), ...context.options(watchOptions) }
  requireUsable(context.options(ingestOptions))
  const transforms = await transformsFor(context)
  const { store, state } = await context.openTarget(ingestOpenOptions(context))
  ready()
  const view = await progressView(context)
  const jobContext = { ...contextOf(context, state, options, view), transforms }
  const { watch } = await watchJob()
  const { report, error } = await watch(directory, store, options, jobContext).finally(view.stop)
  if (report.status === 'done') context.done()
  if (console.json) await console.document(report)
  else
    console.note([
      ...reportSummary(report, sumCounts(report.rejected) > 0 ? jobContext.rejectsPath : undefined),
      files(report),
    ])
  reportNextStep(context, report, error, sumCounts(report.rejected) > 0 ? jobContext.rejectsPath : undefined)
  if (error !== undefined) throw error
  failAfter(context, report, jobContext.rejectsPath)
}

function contextOf(
  context: Context,
  state: State,
  { after, dryRun }: { after: string; dryRun: boolean },
  view: ProgressView,
): WriteContext {
  const { console } = context
  const write = writeContext(context, state, after !== 'move' && !dryRun)
  const showEvent = view.looks.onEvent
  return {
    ...write,
    ...view.looks,
    onEvent: (event) => {
      if (write.rejectsPath === undefined) noteRejects(console, event)
      showEvent(event)
    },
  }
}

/** Reports where the rejects of a file are once it is done. */
function noteRejects({ note }: Context['console'], event: RunEvent): void {
  if (event.type !== 'file_taken' && event.type !== 'file_failed') return
  const { report, rejects_path: path } = event
  if (report !== undefined && sumCounts(report.rejected) > 0 && path !== undefined)
    note(`rejected records: ${path}`)
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
  if (failed > 0) context.fail(EXIT.failed, `${failed} of ${pluralize(all, 'file')} failed: ${where}`)
  else if (sumCounts(report.rejected) > 0)
    context.fail(EXIT.rejects, rejectsText(report, rejectsPath ?? where))
}
