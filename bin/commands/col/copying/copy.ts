import { join } from 'node:path'
import type { Command, Context } from '../../../cli/command.ts'
import { EXIT } from '../../../cli/exit.ts'
import { afterError } from '../../../cli/next.ts'
import { transformsFor } from '../../../cli/transforms.ts'
import {
  type CopyContext,
  type CopyReport,
  classNameOf,
  closingAfter,
  copyJob,
  copyOptions,
  type Deletions,
  type Ended,
  type OpenOptions,
  retryEvent,
  runOptions,
  type State,
  type Store,
  targetOptions,
  transformOptions,
} from '../../../library.ts'
import { eventView, progressEvents } from '../../../view/events.ts'
import { progressView } from '../../../view/progress.ts'
import { agreed, requireAnswerable, restoreAskOptions } from '../restoreAsking.ts'
import { COLLECTION_PLACE, type CopyPlaces, copyPlaces } from './operands.ts'
import { copySummary, lackText, takeBackText } from './summary.ts'

/** `col copy`: a collection of one store → a collection of another. */
export const command: Command = {
  summary: 'copy a collection into another store, without a file between them',
  alsoKnownAs: ['cp', 'move', 'clone'],
  operands: [
    { name: 'SRC', kind: 'collection', hint: 'elysiactl col copy SRC DST: see `elysiactl col copy --help`' },
    { name: 'DST', kind: 'collection', hint: 'elysiactl col copy SRC DST: see `elysiactl col copy --help`' },
  ],
  usage: `SRC DST   (each ${COLLECTION_PLACE})`,
  examples: [
    'elysiactl col copy production/Article staging/Article',
    'elysiactl col copy http://localhost:8080#Article http://localhost:8081#Article --verify',
    'elysiactl col copy production/Article staging/Article --sync --yes   # every night',
    'elysiactl col copy old/Article new/Article --follow   # a move without downtime, ended by:',
    'elysiactl col copy old/Article new/Article --finish --switch-alias Live',
    `elysiactl col copy Article draft --filter "status = 'draft'"`,
  ],
  schemas: [copyOptions, transformOptions, restoreAskOptions, runOptions, targetOptions],
  document: 'copy',
  exits: ['rejects', 'conflict', 'notFound', 'locked', 'refused', 'unreachable'],
  docs: 'docs/copy.md',
  continuing: ({ options }) => ({ keeps: !options(copyOptions).dryRun, drop: ['--fresh'] }),
  run,
}

async function run(context: Context): Promise<void> {
  const { console } = context
  const options = context.options(copyOptions)
  const places = copyPlaces(context)
  const { requireSelectable, runCopy } = await copyJob()
  requireSelectable(options)
  const transforms = await transformsFor(context)
  const view = await progressView(console)
  await closingAfter([view.stop], async () => {
    const { from, store, state } = await openBoth(context, places)
    await requireAnswerableFor(context, store, places.target.name)
    const { yes } = context.options(restoreAskOptions)
    const jobContext: CopyContext = {
      ...contextOf(context, state),
      transforms,
      ...(!yes && { confirm: (deletions) => agreedTo(context, deletions) }),
      onEvent: progressEvents(console, view),
    }
    const source = { store: from, name: places.source.name }
    const ended = await runCopy(source, { store, name: places.target.name }, options, jobContext).finally(
      view.stop,
    )
    await end(context, ended, jobContext)
  })
}

/** What is equal afterwards may lose objects; a class that is not there yet has none. */
async function requireAnswerableFor(context: Context, store: Store, name: string): Promise<void> {
  const { sync, dryRun } = context.options(copyOptions)
  if (!sync || (await store.schema(classNameOf(name))) === undefined) return
  requireAnswerable(context, { onConflict: 'replace', dryRun })
}

/** Asks where somebody can be asked. */
async function agreedTo(context: Context, deletions: Deletions): Promise<boolean> {
  requireAnswerable(context, { onConflict: 'replace', dryRun: false })
  return agreed(context, deletions)
}

/** The source first: nothing is made for one that is not there. Within one store both are one. */
async function openBoth(context: Context, { source, target }: CopyPlaces) {
  const read = () => context.readTarget(other(source.target))
  const isOne = source.target === target.target
  const reading = isOne ? undefined : await read()
  const { store, state } = await context.openTarget(opening(context), other(target.target))
  return { from: (reading ?? (await read())).store, store, state }
}

function other(target: string | undefined) {
  return target === undefined ? undefined : { address: target, flag: 'operand' }
}

/** Prints the report, says what to do next, and gives the exit code. @throws what ended the copy */
async function end(context: Context, { report, error }: Ended<CopyReport>, job: CopyContext): Promise<void> {
  const { console } = context
  if (['done', 'planned'].includes(report.status)) context.done()
  const rejects = rejectsOf(report, job)
  if (console.json) await console.document(report)
  else console.note([...copySummary(report, rejects), ...takeBackText(context, report)])
  const next = error === undefined ? undefined : afterError(context, error)
  if (next !== undefined) context.next(`next: ${next}`)
  if (error !== undefined) throw error
  const lacks = await lackText(report, context.options(copyOptions), rejects)
  if (lacks !== undefined) context.fail(EXIT.rejects, lacks)
}

function rejectsOf(
  { id, rejected, references_rejected, dry_run }: CopyReport,
  { rejectsPath, rejectsDirectory }: CopyContext,
): string | undefined {
  if (dry_run || (references_rejected === 0 && Object.keys(rejected).length === 0)) return undefined
  return rejectsPath ?? join(rejectsDirectory!, `${id}.jsonl`)
}

/** A dry run makes no store; anything else makes it, and waits for a server that is away. */
function opening(context: Context): OpenOptions {
  const { dryRun, retryForMs } = context.options(copyOptions)
  const { console, stop, signal } = context
  return {
    missing: dryRun ? 'memory' : 'make',
    retryForMs,
    onRetry: (retry) => eventView(console)(retryEvent(retry)),
    signal: AbortSignal.any([stop, signal]),
  }
}

function contextOf(context: Context, state: State): CopyContext {
  const { rejects, runId, fresh } = context.options(runOptions)
  return {
    stop: context.stop,
    signal: context.signal,
    onInFlight: context.onInFlight,
    state,
    fresh,
    ...(runId !== undefined && { runId }),
    ...(rejects !== undefined && { rejectsPath: rejects }),
    rejectsDirectory: join(state.directory, 'rejects'),
  }
}
