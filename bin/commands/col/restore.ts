import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { backupRoot, onCatalog } from '../../catalog.ts'
import type { Command, Context } from '../../command.ts'
import { countView } from '../../countProgress.ts'
import { EXIT } from '../../exit.ts'
import {
  catalogOptions,
  counted,
  ElysiaError,
  lockOptions,
  type Opening,
  type RestoreCircumstances,
  type RestoreOptions,
  type RestoreReport,
  type RestoreSource,
  type RootLock,
  restoreJob,
  restoreOptions,
  runOptions,
  type State,
  targetOptions,
  waitText,
} from '../../library.ts'
import { restoreSummary } from './restoreSummary.ts'

/** An id, or the beginning of one. */
const ARCHIVE_ID = /^[0-9a-z-]+$/

/** `col restore`: an archive, of whatever kind, → a collection. */
export const command: Command = {
  name: 'col restore',
  summary: 'restore an archive into a collection, and prove that all of it is there',
  usage: 'ARCHIVE|ID|FILE|-',
  examples: [
    'elysiactl col restore /backups/article',
    'elysiactl col restore article.jsonl.zst --name article-copy --target http://localhost:8080',
    'ssh other elysiactl col backup Article --to - | elysiactl col restore -',
    'elysiactl col restore /backups/article --dry-run',
  ],
  schemas: [restoreOptions, lockOptions, catalogOptions, runOptions, targetOptions],
  interrupted: 'what is written stays, and the same command goes on behind it',
  run,
}

async function run(context: Context): Promise<void> {
  const { console, operands } = context
  const [operand, ...more] = operands
  if (operand === undefined || more.length > 0) {
    throw new ElysiaError('ELYSIA_USAGE', 'col restore takes one archive', {
      hint: 'name a directory, a file, the id of an archive, or - for a pipe',
    })
  }
  const options = context.options(restoreOptions)
  const { openSource, runRestore } = await restoreJob()
  const path = await located(context, operand)
  const lock = options.dryRun ? undefined : await locked(context, path)
  let source: RestoreSource | undefined
  const view = await countView('objects', console)
  try {
    source = await openSource(path, {
      stdin: standardInput,
      root: backupRoot(context),
      options,
      onNotice: ({ message }) => console.note(message),
    })
    const { store, state } = await context.openTarget(opening(context, options))
    const around: RestoreCircumstances = {
      ...circumstances(context, state),
      ...(lock && { signal: AbortSignal.any([context.signal, lock.lost]) }),
      onProgress: ({ objects, total }) => view.update(objects, total ?? objects),
      onNotice: ({ message }) => console.note(message),
    }
    const { report, error } = await runRestore(source, store, options, around).finally(view.stop)
    if (console.json) await console.document(report)
    else console.note(restoreSummary(report, rejectsPath(report, around)))
    if (error !== undefined) throw error
    if (!isWhole(report)) context.fail(EXIT.rejects, lackText(report, rejectsPath(report, around)))
  } finally {
    view.stop()
    await source?.close?.()
    await lock?.release()
  }
}

/** The path of an archive: one that is there is itself, anything else is the id of one that the catalog knows. */
async function located(context: Context, operand: string): Promise<string> {
  if (operand === '-' || existsSync(operand)) return operand
  const known = await onCatalog(context, (catalog) =>
    ARCHIVE_ID.test(operand) ? catalog.get(operand).location : undefined,
  ).catch((error) => {
    if (error instanceof ElysiaError && error.code === 'ELYSIA_NOT_FOUND') return undefined
    throw error
  })
  return known ?? operand
}

/** A shared lock on what a cleanup could remove while it is read; a pipe and plain files need none. */
async function locked(context: Context, path: string): Promise<RootLock | undefined> {
  if (path === '-') return undefined
  const { lockForReading, rootToLock } = await restoreJob()
  const backups = backupRoot(context)
  const root = await onCatalog(context, (catalog) => rootToLock(path, catalog, backups)).catch(() =>
    rootToLock(path, undefined, backups),
  )
  if (root === undefined) return undefined
  const { console, signal, stop } = context
  return lockForReading(root, {
    purpose: `restore of ${path}`,
    retryForMs: context.options(lockOptions).retryLockMs,
    signal: AbortSignal.any([signal, stop]),
    onWait: console.note,
  })
}

function isWhole({ rejected, references_rejected, parts_damaged }: RestoreReport): boolean {
  return rejected === 0 && references_rejected === 0 && parts_damaged.length === 0
}

function lackText(
  { rejected, references_rejected, parts_damaged, dry_run }: RestoreReport,
  path: string | undefined,
): string {
  const lacks = [
    ...(rejected === 0 ? [] : [`${counted(rejected, 'object')} ${dry_run ? 'would be ' : ''}rejected`]),
    ...(references_rejected === 0 ? [] : [`${counted(references_rejected, 'reference')} rejected`]),
    ...(parts_damaged.length === 0 ? [] : [`damaged and left out: ${parts_damaged.join(', ')}`]),
  ]
  return `${lacks.join(', ')}${path === undefined ? '' : `; see ${path}`}`
}

/** A dry run makes no store; anything else makes it, and waits for a server that is away. */
function opening({ console, stop, signal }: Context, { dryRun, retryForMs }: RestoreOptions): Opening {
  return {
    missing: dryRun ? 'memory' : 'make',
    retryForMs,
    onRetry: (retry) => console.note(waitText(retry)),
    signal: AbortSignal.any([stop, signal]),
  }
}

function circumstances(context: Context, state: State): RestoreCircumstances {
  const { rejects, runId, fresh } = context.options(runOptions)
  return {
    stop: context.stop,
    signal: context.signal,
    state,
    fresh,
    ...(runId !== undefined && { runId }),
    ...(rejects !== undefined && { rejectsPath: rejects }),
    rejectsDirectory: join(state.directory, 'rejects'),
  }
}

/** Where the refused objects are; undefined where there are none. */
function rejectsPath(
  { run, rejected, references_rejected, dry_run }: RestoreReport,
  { rejectsPath, rejectsDirectory }: RestoreCircumstances,
): string | undefined {
  if (dry_run || rejected + references_rejected === 0) return undefined
  return rejectsPath ?? join(rejectsDirectory!, `${run}.jsonl`)
}

function standardInput() {
  if (!process.stdin.isTTY) return process.stdin
  throw new ElysiaError('ELYSIA_USAGE', 'standard input is a terminal', {
    hint: 'pipe an archive in, as in `elysiactl col backup NAME --to - | elysiactl col restore -`',
  })
}
