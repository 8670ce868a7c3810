import type { Command, Context } from '../../../cli/command.ts'
import { transformsFor } from '../../../cli/transforms.ts'
import {
  type CopyContext,
  type CopyOptions,
  type CopySetResult,
  classNameOf,
  closingAfter,
  copyJob,
  copyOptions,
  type Deletions,
  isSet,
  metricsListenOptions,
  type OpenOptions,
  runOptions,
  type Store,
  targetOptions,
  transformOptions,
} from '../../../library.ts'
import { servingMetrics } from '../../../metrics.ts'
import { callLimit, retryOptions } from '../../../openOptions.ts'
import { progressView } from '../../../view/progress.ts'
import { confirmDeletions, requireAnswerable, restoreAskOptions } from '../restoreAsking.ts'
import { writingContext } from '../restoring/context.ts'
import { endCopies } from './end.ts'
import { COLLECTION_PLACE, type CopyPlaces, copyPlaces, copyStores } from './operands.ts'

/** `col copy`: a collection of one store → a collection of another. */
export const command: Command = {
  records: 'copy',
  summary: 'copy a collection into another store, without a file in between',
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
    'elysiactl col copy production staging --all --exclude "Test*"',
    'elysiactl col copy old/Article new/Article --follow   # a move without downtime, ended by:',
    'elysiactl col copy old/Article new/Article --finish --switch-alias Live',
    `elysiactl col copy Article draft --filter "status = 'draft'"`,
  ],
  schemas: [
    copyOptions,
    transformOptions,
    restoreAskOptions,
    runOptions,
    metricsListenOptions,
    targetOptions,
  ],
  document: 'copy',
  exits: ['rejects', 'conflict', 'notFound', 'locked', 'refused', 'unreachable'],
  docs: 'docs/copy.md',
  continuing: ({ options }) => ({ keeps: !options(copyOptions).dryRun, drop: ['--fresh'] }),
  run,
}

async function run(context: Context): Promise<void> {
  const options = context.options(copyOptions)
  const severals = isSet(options)
  const places = severals ? undefined : copyPlaces(context)
  const stores = places === undefined ? copyStores(context) : undefined
  const { requireSelectable } = await copyJob()
  requireSelectable(options)
  const transforms = await transformsFor(context)
  const view = await progressView(context)
  await closingAfter([view.stop], () =>
    servingMetrics(context, async (ready) => {
      const { from, store, state } = await openBoth(context, {
        source: places?.source.target ?? stores?.source,
        target: places?.target.target ?? stores?.target,
      })
      await requireAnswerableFor(context, store, places?.target.name)
      const { yes } = context.options(restoreAskOptions)
      const jobContext: CopyContext = {
        ...writingContext(context, state),
        transforms,
        ...(!yes && { confirm: (deletions) => agreedTo(context, deletions) }),
        ...view.looks,
      }
      ready()
      const work =
        places === undefined
          ? several(from, store, options, jobContext)
          : one(from, store, places, options, jobContext)
      await endCopies(context, await work.finally(view.stop), jobContext)
    }),
  )
}

async function one(
  from: Store,
  store: Store,
  { source, target }: CopyPlaces,
  options: CopyOptions,
  context: CopyContext,
): Promise<CopySetResult> {
  const { runCopy } = await copyJob()
  const ended = await runCopy(
    { store: from, name: source.name },
    { store, name: target.name },
    options,
    context,
  )
  return { set: '', members: [{ collection: target.name, ...ended }] }
}

async function several(
  from: Store,
  store: Store,
  options: CopyOptions,
  context: CopyContext,
): Promise<CopySetResult> {
  const { runCopySet } = await copyJob()
  return runCopySet(from, store, options, context)
}

/** Making a target equal may delete objects; a class that does not exist yet has none. */
async function requireAnswerableFor(context: Context, store: Store, name: string | undefined): Promise<void> {
  const { sync, dryRun } = context.options(copyOptions)
  if (!sync || (name !== undefined && (await store.schema(classNameOf(name))) === undefined)) return
  requireAnswerable(context, { onConflict: 'replace', dryRun })
}

/** Asks the user, if there is a terminal. */
async function agreedTo(context: Context, deletions: Deletions): Promise<boolean> {
  requireAnswerable(context, { onConflict: 'replace', dryRun: false })
  return confirmDeletions(context, deletions)
}

/** Opens the source first: nothing is made if it is missing. Within one store both are the same. */
async function openBoth(
  context: Context,
  { source, target }: { readonly source: string | undefined; readonly target: string | undefined },
) {
  const { workers, retryForMs } = context.options(copyOptions)
  const waiting = { ...callLimit(workers), ...retryOptions(context, retryForMs) }
  const read = () => context.readTarget(other(source), waiting)
  const reading = source === target ? undefined : await read()
  const { store, state } = await context.openTarget(opening(context), other(target))
  return { from: (reading ?? (await read())).store, store, state }
}

function other(target: string | undefined) {
  return target === undefined ? undefined : { address: target, flag: 'operand' }
}

/**
 * How the target is opened: a dry run makes no store; otherwise it is made, and an unreachable server is waited for.
 */
function opening(context: Context): OpenOptions {
  const { dryRun, retryForMs, workers } = context.options(copyOptions)
  return {
    missing: dryRun ? 'memory' : 'make',
    ...callLimit(workers),
    ...retryOptions(context, retryForMs),
  }
}
