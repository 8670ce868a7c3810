import { basename } from 'node:path'
import { lockedForReading } from '../../../cli/archivePath.ts'
import { backupRoot, catalogFile } from '../../../cli/catalog.ts'
import type { ChainLock } from '../../../cli/chain/locks.ts'
import type { Context } from '../../../cli/command.ts'
import {
  type BackupContext,
  type BackupOptions,
  backupJob,
  backupRunOptions,
  type CollectionSchema,
  ElysiaError,
  lockOptions,
  type Store,
  type Transform,
} from '../../../library.ts'
import { type Increment, incrementOf, notingBase } from '../increment.ts'
import { type BackupView, showBackup } from './makeBackup.ts'
import { withLock } from './placeLock.ts'

/** What is backed up, and how. */
export interface BackupRequest {
  readonly store: Store
  readonly schema: CollectionSchema
  readonly options: BackupOptions
  readonly transforms: readonly Transform[]
}

/** Where a backup goes. */
export interface BackupPlace {
  /** Undefined for a directory below the backup root that is yet to be named or found. */
  readonly path: string | undefined
  /** True below the backup root, where directories have the id of their archive. */
  readonly isOurs: boolean
  /** True if a backup there is continued. */
  readonly isBegun: boolean
}

/** Backs up into the named directory, or one below the backup root. */
export async function intoDirectory(
  context: Context,
  { store, schema, options, transforms }: BackupRequest,
  { path: named, isOurs, isBegun }: BackupPlace,
  show: BackupView = showBackup,
): Promise<void> {
  const job = await backupJob()
  const { resume, mode } = context.options(backupRunOptions)
  const { class: name } = schema
  const increment = await incrementOf(context, store, schema, options, transforms, isBegun)
  const root = backupRoot(context)
  const path = named ?? (await job.defaultDirectory(root, name, store.target, isBegun))
  const entry = { path, shape: 'directory', ...catalogOf(context) } as const
  const baseLock = await lockedBase(context, increment)
  const make = (inside: BackupContext) => {
    const work = () =>
      job.runBackup(store, name, job.directoryStorage(path, job.fileModes(mode)), options, {
        ...inside,
        ...increment,
        ...(baseLock && { signal: AbortSignal.any([inside.signal ?? context.signal, baseLock.lost]) }),
        resume: isOurs ? isBegun : resume,
        ...(isOurs && !isBegun && { archiveId: basename(path) }),
      })
    return notingBase(context, increment, work, ({ error }) => error)
  }
  await withLock(path, () =>
    show(context, transforms, (jobContext) =>
      job.backupCataloged({ ...entry, ...(isOurs && { root }) }, jobContext, make),
    ),
  ).finally(() => baseLock?.release())
}

/** Locks the base of an increment; a cleanup does not know of the increment yet. */
async function lockedBase(context: Context, { base }: Increment): Promise<ChainLock | undefined> {
  if (base === undefined) return undefined
  const path = base.newest.storage.text
  return lockedForReading(context, path, `increment of ${path}`)
}

/** Backs up into a single file. */
export async function intoFile(
  context: Context,
  { store, schema, options, transforms }: BackupRequest,
  to: string,
): Promise<void> {
  const job = await backupJob()
  const { mode } = context.options(backupRunOptions)
  await withLock(to, () =>
    showBackup(context, transforms, (jobContext) =>
      job.backupCataloged({ path: to, shape: 'file', ...catalogOf(context) }, jobContext, (inside) =>
        job.runBackupFile(store, schema.class, to, options, inside, job.fileModes(mode)),
      ),
    ),
  )
}

/** The catalog that will list the archive, and how long to wait for a cleanup. */
function catalogOf(context: Context) {
  const { retryLockMs } = context.options(lockOptions)
  return { catalog: { file: catalogFile(), defaultRoot: backupRoot(context) }, retryLockMs }
}

/** Backs up to stdout. @throws ElysiaError ELYSIA_USAGE if that is a terminal, or used for the report */
export async function intoPipe(
  context: Context,
  { store, schema, options, transforms }: BackupRequest,
): Promise<void> {
  if (context.console.json) {
    throw new ElysiaError('ELYSIA_USAGE', '--json and --to - both write to stdout', { hint: 'leave one out' })
  }
  if (context.console.printsToTerminal) {
    throw new ElysiaError('ELYSIA_USAGE', 'an archive is not written to a terminal', {
      hint: 'pipe it: … --to - > FILE',
    })
  }
  const job = await backupJob()
  const stream = context.console.bytes()
  await showBackup(context, transforms, (jobContext) =>
    job.runBackupSingle(store, schema.class, { stream, location: '-' }, options, jobContext),
  )
}
