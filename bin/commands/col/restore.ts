import { archivePath, lockedForReading } from '../../cli/archivePath.ts'
import { backupRoot, useCatalog } from '../../cli/catalog.ts'
import { DamageNotes } from '../../cli/chain/damage.ts'
import { archiveFinder } from '../../cli/chain/finder.ts'
import type { ChainLock } from '../../cli/chain/locks.ts'
import type { Command, Context } from '../../cli/command.ts'
import { isStandardInput, standardInput } from '../../cli/inputs.ts'
import { transformsFor } from '../../cli/transforms.ts'
import {
  type Close,
  catalogOptions,
  closingAfter,
  ElysiaError,
  failedOf,
  lockOptions,
  type MemberResult,
  type OpenOptions,
  type RestoreContext,
  type RestoreOptions,
  type RestoreSource,
  restoreJob,
  restoreOptions,
  retryEvent,
  runOptions,
  targetOptions,
  transformOptions,
} from '../../library.ts'
import { callLimit } from '../../openOptions.ts'
import { eventView } from '../../view/events.ts'
import { progressView } from '../../view/progress.ts'
import { asOfOptions, locationAsOf } from './asOf.ts'
import { confirmDeletions, requireAnswerable, restoreAskOptions } from './restoreAsking.ts'
import { writingContext } from './restoring/context.ts'
import { endRestores } from './restoring/end.ts'
import { printList, restoreListOptions } from './restoring/list.ts'
import { restoreSet, restoreSetOptions, setOperands } from './sets/restores.ts'

const PIPE_ARCHIVE = 'pipe an archive in, as in `elysiactl col backup NAME --to - | elysiactl col restore -`'

/** `col restore`: an archive of any kind → a collection. */
export const command: Command = {
  records: 'restore',
  summary: 'restore an archive into a collection, and prove that all of it arrived',
  alsoKnownAs: ['import', 'load'],
  operands: [
    {
      name: 'ID|latest:NAME|DIR|FILE|-',
      kind: 'archive',
      many: true,
      optional: true,
      hint: 'name a directory, a file, the id of an archive, or - for a pipe; several are restored together',
    },
  ],
  examples: [
    'elysiactl col restore /backups/article',
    'elysiactl col restore article.jsonl.zst --name article-copy --target http://localhost:8080',
    'ssh other elysiactl col backup Article --to - | elysiactl col restore -',
    'elysiactl col restore points.jsonl --name points   # what qdrant and other stores export, or Parquet of pandas',
    'elysiactl col restore latest:Article --as-of 1d --name article-of-yesterday',
    'elysiactl col restore /backups/article --dry-run',
    'elysiactl col restore /backups/article /backups/author   # which refer to one another',
    'elysiactl col restore --from-set 20261129T110817Z-91e355   # what one `col backup --all` has made',
    'elysiactl col restore latest:Article --on-conflict skip   # only what is missing',
    'elysiactl col restore latest:Article --into-alias Live   # beside, then switch',
    'elysiactl col restore latest:Article --list > article.list   # edit it, then --use-list article.list',
    'elysiactl col restore latest:Article --on-conflict replace --plan article.plan   # look at it first',
    `elysiactl col restore latest:Article --name draft --filter "status = 'draft'" --properties title,body`,
  ],
  schemas: [
    restoreOptions,
    transformOptions,
    asOfOptions,
    restoreAskOptions,
    restoreListOptions,
    restoreSetOptions,
    lockOptions,
    catalogOptions,
    runOptions,
    targetOptions,
  ],
  document: 'restore',
  exits: ['rejects', 'damage', 'conflict', 'notFound', 'locked', 'unreachable'],
  docs: 'docs/restore.md',
  continuing: ({ operands, options }) => ({
    keeps: !options(restoreOptions).dryRun && options(restoreOptions).plan === undefined,
    drop: ['--fresh'],
    ...(operands.some(isStandardInput) && { input: 'archive' }),
  }),
  run,
}

async function run(context: Context): Promise<void> {
  const { console } = context
  requireOneStandardInput(context.operands)
  const ofSet = await setOperands(context)
  const operands = ofSet ?? context.operands
  const options = context.options(restoreOptions)
  const { requireSelectable, runRestores } = await restoreJob()
  requireSelectable(options)
  const transforms = await transformsFor(context)
  const view = await progressView(context)
  const closers: Close[] = [view.stop]
  await closingAfter(closers, async () => {
    const opened: OpenedArchive[] = []
    const unopened: MemberResult<never>[] = []
    const { list } = context.options(restoreListOptions)
    for (const operand of operands) {
      try {
        opened.push(await open(context, operand, options, closers))
      } catch (error) {
        // The others in a set are still restored.
        if (ofSet === undefined || list || context.stop.aborted) throw error
        unopened.push({ collection: operand, error })
      }
    }
    if (list) {
      for (const { source } of opened) await printList(console, source, context.signal)
      return
    }
    const { store, state } = await context.openTarget(opening(context, options))
    const { yes } = context.options(restoreAskOptions)
    const lost = opened.flatMap(({ lock }) => (lock === undefined ? [] : [lock.lost]))
    const jobContext: RestoreContext = {
      ...writingContext(context, state),
      transforms,
      ...(!yes && { confirm: (deletions) => confirmDeletions(context, deletions) }),
      signal: AbortSignal.any([context.signal, ...lost]),
      ...view.looks,
    }
    const sources = opened.map(({ source }) => source)
    requireAnswerable(context, options)
    const work =
      ofSet === undefined
        ? runRestores(sources, store, options, jobContext).then((all) => ({ all, failed: undefined }))
        : restoreSet(sources, store, options, jobContext)
    const { all, failed } = await work.finally(view.stop)
    await endRestores(context, all, jobContext, sources, failed && [...failedOf(unopened), ...failed])
  })
}

/** An opened archive, and the lock that keeps it from being removed meanwhile. */
interface OpenedArchive {
  readonly source: RestoreSource
  readonly lock: ChainLock | undefined
}

async function open(
  context: Context,
  operand: string,
  options: RestoreOptions,
  closers: Close[],
): Promise<OpenedArchive> {
  const { openSource } = await restoreJob()
  const path = await located(context, operand)
  const lock =
    options.dryRun || path === '-' ? undefined : await lockedForReading(context, path, `restore of ${path}`)
  const damage = new DamageNotes(context, path)
  closers.push(damage.note)
  if (lock !== undefined) closers.push(() => lock.release())
  const source = await openSource(path, {
    stdin: () => standardInput(PIPE_ARCHIVE).open(),
    root: backupRoot(context),
    findArchive: await archiveFinder(context),
    options,
    onEvent: eventView(context.console),
    onDamage: damage.add,
  })
  closers.push(() => source.close?.())
  return { source, lock }
}

/** @throws ElysiaError ELYSIA_USAGE */
function requireOneStandardInput(operands: readonly string[]): void {
  if (operands.filter(isStandardInput).length < 2) return
  throw new ElysiaError('ELYSIA_USAGE', 'standard input can be read once', {
    hint: 'leave one - out; several archives are restored together',
  })
}

/** The path of an archive; with --as-of that of the archive from that time. */
async function located(context: Context, operand: string): Promise<string> {
  if (isStandardInput(operand)) return '-'
  const { asOf } = context.options(asOfOptions)
  if (asOf === undefined) return archivePath(context, operand)
  const { id, location } = await useCatalog(context, (catalog) => locationAsOf(catalog, operand, asOf))
  context.console.note(`${operand} as of ${asOf} is ${id}`)
  return location
}

/**
 * How the target is opened: a dry run makes no store; otherwise it is made, and an unreachable server is waited for.
 */
function opening(
  { console, stop, signal }: Context,
  { dryRun, plan, retryForMs, workers }: RestoreOptions,
): OpenOptions {
  return {
    missing: dryRun || plan !== undefined ? 'memory' : 'make',
    retryForMs,
    ...callLimit(workers),
    onRetry: (retry) => eventView(console)(retryEvent(retry)),
    signal: AbortSignal.any([stop, signal]),
  }
}
