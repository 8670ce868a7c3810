import { basename, join, resolve } from 'node:path'
import { lockedForReading } from '../../cli/archivePath.ts'
import { backupRoot, catalogFile } from '../../cli/catalog.ts'
import type { ChainLock } from '../../cli/chain/locks.ts'
import type { Command, Context } from '../../cli/command.ts'
import { EXIT } from '../../cli/exit.ts'
import { afterError } from '../../cli/next.ts'
import { COLLECTION } from '../../cli/operands.ts'
import { transformsFor } from '../../cli/transforms.ts'
import { withHistory } from '../../history.ts'
import {
  type BackupContext,
  type BackupEnded,
  type BackupOptions,
  backupJob,
  backupOptions,
  backupRunOptions,
  type CollectionSchema,
  catalogOptions,
  counted,
  ElysiaError,
  isSet,
  lock,
  lockOptions,
  requireFree,
  roughSize,
  runOptions,
  type Store,
  type Transform,
  targetOptions,
  transformOptions,
  userPaths,
} from '../../library.ts'
import { eventView } from '../../view/events.ts'
import { progressView } from '../../view/progress.ts'
import { backupLack, backupSummary } from './backupSummary.ts'
import { type Destination, destinationOf } from './destination.ts'
import { type Increment, incrementOf, requireIncrement } from './increment.ts'
import { findCollection } from './named.ts'
import { backUpSet } from './sets/backups.ts'

const { shutdownTimeoutMs } = runOptions.properties

/** Of the options of a run a backup takes the one that says how long it may take to end. */
const shutdownOptions = { ...runOptions, name: 'shutdown', properties: { shutdownTimeoutMs } } as const

/** `col backup`: a collection → an archive. */
export const command: Command = {
  records: 'backup',
  summary: 'back a collection up into an archive, and prove that it is whole',
  alsoKnownAs: ['dump', 'export', 'save'],
  operands: [{ ...COLLECTION, optional: true }],
  examples: [
    'elysiactl col backup source-code',
    'elysiactl col backup Article --since last --full-every 7',
    "elysiactl col backup --all --exclude 'Test*' --since last",
    'elysiactl col backup Article --to /backups/article --format parquet',
    'elysiactl col backup Article --to article.jsonl.zst --tag nightly',
    'elysiactl col backup Article --to - | ssh other elysiactl col restore -',
    'elysiactl col backup Article --to /backups/article --format parquet --resume',
    `elysiactl col backup Article --filter "published >= '2024-01-01' AND NOT draft" --properties title,published`,
    'elysiactl col backup Article --to some.jsonl --objects @ids.txt',
  ],
  schemas: [
    backupOptions,
    transformOptions,
    backupRunOptions,
    catalogOptions,
    lockOptions,
    targetOptions,
    shutdownOptions,
  ],
  document: 'backup',
  exits: ['rejects', 'conflict', 'notFound', 'locked', 'unreachable'],
  docs: 'docs/archives.md',
  continuing({ options }) {
    const { to, dryRun, resume } = options(backupRunOptions)
    const isDirectory = destinationOf(to, options(backupOptions), resume).kind === 'directory'
    return isDirectory && !dryRun ? { keeps: true, add: ['--resume'] } : {}
  },
  run,
}

async function run(context: Context): Promise<void> {
  const options = context.options(backupOptions)
  const { to, dryRun, resume } = context.options(backupRunOptions)
  const transforms = await transformsFor(context)
  const destination = destinationOf(to, options, resume)
  if (requireOneOrSet(context)) return several(context, destination)
  const asked = destination.kind === 'file' ? { ...options, compression: destination.compression } : options
  const job = await backupJob()
  job.requireEncoding(asked)
  job.requireSelectable(options)
  requireIncrement(context, destination, asked)
  const { store, schema } = await findCollection(context, context.operands[0]!)
  const name = schema.class
  if (destination.kind === 'file') await job.freeFile(destination.path)
  if (dryRun) {
    const path = destination.kind === 'directory' ? await plannedPath(context, name, store, to) : to
    if (path !== undefined && destination.kind !== 'pipe') requireUnlocked(path)
    const isDirectory = destination.kind === 'directory' && path !== undefined
    const increment =
      destination.kind === 'directory' ? await incrementOf(context, store, schema, asked, transforms) : {}
    const changing = { transforms, keepsVectors: keepsVectors(context) }
    return plan(context, store, name, asked, isDirectory ? path : undefined, { ...increment, ...changing })
  }
  if (destination.kind === 'pipe') return intoPipe(context, store, name, asked, transforms)
  if (destination.kind === 'file') return intoFile(context, store, name, asked, transforms, destination.path)
  return intoDirectory(context, store, schema, asked, transforms, destination.path)
}

/** True where --vectors, which is the default, was said. */
function keepsVectors(context: Context): boolean {
  return context.origins(backupOptions).vectors !== 'default'
}

/** True where several collections are asked for. @throws ElysiaError ELYSIA_USAGE where one is named as well, or none at all */
function requireOneOrSet(context: Context): boolean {
  const { operands, name } = context
  const takesSet = isSet(context.options(backupRunOptions))
  if (takesSet !== operands.length > 0) return takesSet
  const fact = takesSet
    ? `${operands[0]} is named, and --all, --include or --exclude given`
    : 'no collection is given'
  throw new ElysiaError('ELYSIA_USAGE', `${name}: ${fact}`, {
    hint: takesSet ? 'leave one of them out' : COLLECTION.hint,
  })
}

/** Each collection as by itself, into the backup root or below the directory that is named. */
async function several(context: Context, destination: Destination): Promise<void> {
  const options = context.options(backupOptions)
  const job = await backupJob()
  job.requireEncoding(options)
  job.requireSelectable(options)
  requireIncrement(context, destination, options)
  await backUpSet(context, destination, async (schema, store, to, set) => {
    const transforms = await transformsFor(context)
    let ended: BackupEnded | undefined
    await intoDirectory(context, store, schema, options, transforms, to, async (_, own, make) => {
      ended = await made(context, own, (inside) => make({ ...inside, set }))
    })
    return ended!
  })
}

/** Makes a backup, and shows how it ended. */
type Show = (
  context: Context,
  transforms: readonly Transform[],
  make: (jobContext: BackupContext) => Promise<BackupEnded>,
) => Promise<void>

async function intoDirectory(
  context: Context,
  store: Store,
  schema: CollectionSchema,
  options: BackupOptions,
  transforms: readonly Transform[],
  to: string | undefined,
  show: Show = showBackup,
): Promise<void> {
  const job = await backupJob()
  const { resume, mode } = context.options(backupRunOptions)
  const { class: name } = schema
  const increment = await incrementOf(context, store, schema, options, transforms)
  const root = backupRoot(context)
  const path = to ?? (await job.defaultDirectory(root, name, store.target, resume))
  const entry = { path, shape: 'directory', ...catalogOf(context) } as const
  const baseLock = await lockedBase(context, increment)
  const make = (inside: BackupContext) =>
    job.runBackup(store, name, job.directoryStorage(path, job.fileModes(mode)), options, {
      ...inside,
      ...increment,
      ...(baseLock && { signal: AbortSignal.any([inside.signal ?? context.signal, baseLock.lost]) }),
      resume,
      // A directory of ours bears the id of its archive.
      ...(to === undefined && !resume && { archiveId: basename(path) }),
    })
  await withLock(path, () =>
    show(context, transforms, (jobContext) =>
      job.backupCataloged({ ...entry, ...(to === undefined && { root }) }, jobContext, make),
    ),
  ).finally(() => baseLock?.release())
}

/** Keeps what an increment is made of; it is no base yet that a cleanup knows of. */
async function lockedBase(context: Context, { base }: Increment): Promise<ChainLock | undefined> {
  if (base === undefined) return undefined
  const path = base.newest.storage.text
  return lockedForReading(context, path, `increment of ${path}`)
}

async function intoFile(
  context: Context,
  store: Store,
  name: string,
  options: BackupOptions,
  transforms: readonly Transform[],
  to: string,
): Promise<void> {
  const job = await backupJob()
  const { mode } = context.options(backupRunOptions)
  await withLock(to, () =>
    showBackup(context, transforms, (jobContext) =>
      job.backupCataloged({ path: to, shape: 'file', ...catalogOf(context) }, jobContext, (inside) =>
        job.runBackupFile(store, name, to, options, inside, job.fileModes(mode)),
      ),
    ),
  )
}

/** Works while no other backup goes into the same place. @throws ElysiaError ELYSIA_LOCKED */
async function withLock(to: string, work: () => Promise<void>): Promise<void> {
  const path = resolve(to)
  const held = lock(userPaths().state, `backup ${path}`, `a backup into ${path}`)
  try {
    await work()
  } finally {
    held.release()
  }
}

/** Of a dry run: that no other backup goes into the same place. @throws ElysiaError ELYSIA_LOCKED */
function requireUnlocked(to: string): void {
  const path = resolve(to)
  requireFree(userPaths().state, `backup ${path}`, `a backup into ${path}`)
}

/** The catalog that is to know of it, and how long to wait for a cleanup. */
function catalogOf(context: Context) {
  const { retryLockMs } = context.options(lockOptions)
  return { catalog: { file: catalogFile(), defaultRoot: backupRoot(context) }, retryLockMs }
}

async function intoPipe(
  context: Context,
  store: Store,
  name: string,
  options: BackupOptions,
  transforms: readonly Transform[],
): Promise<void> {
  if (context.console.json) {
    throw new ElysiaError('ELYSIA_USAGE', '--json and --to - both want stdout', { hint: 'leave one out' })
  }
  if (context.console.printsToTerminal) {
    throw new ElysiaError('ELYSIA_USAGE', 'an archive is not for a terminal', {
      hint: 'pipe it: … --to - > FILE',
    })
  }
  const job = await backupJob()
  const stream = context.console.bytes()
  await showBackup(context, transforms, (jobContext) =>
    job.runBackupSingle(store, name, { stream, location: '-' }, options, jobContext),
  )
}

/** Makes a backup in the frame of a command: signals, events, history. */
async function made(
  context: Context,
  transforms: readonly Transform[],
  make: (jobContext: BackupContext) => Promise<BackupEnded>,
): Promise<BackupEnded> {
  const { stop, signal } = context
  const view = await progressView(context)
  const { onEvent } = view.looks
  const work = (history: BackupContext) =>
    make({
      ...view.looks,
      ...{ stop, signal, transforms, keepsVectors: keepsVectors(context), ...history },
      rejectsDirectory: join(history.state?.directory ?? userPaths().state, 'rejects'),
    })
  return withHistory(onEvent, work).finally(view.stop)
}

async function showBackup(
  context: Context,
  transforms: readonly Transform[],
  make: (jobContext: BackupContext) => Promise<BackupEnded>,
): Promise<void> {
  const { console } = context
  const { report, error } = await made(context, transforms, make)
  if (report.status === 'done') context.done()
  if (console.json) await console.document(report)
  else if (error === undefined) console.note(backupSummary(report))
  const next = afterError(context, error)
  if (next !== undefined) context.next(`next: ${next}`)
  if (error !== undefined) throw error
  const lack = backupLack(report)
  if (lack !== undefined) context.fail(EXIT.rejects, lack)
}

/** The directory that is named, or that `--resume` finds; undefined where a new one would be made. */
async function plannedPath(
  context: Context,
  name: string,
  store: Store,
  to: string | undefined,
): Promise<string | undefined> {
  const { resume } = context.options(backupRunOptions)
  if (to !== undefined || !resume) return to
  return (await backupJob()).defaultDirectory(backupRoot(context), name, store.target, true)
}

async function plan(
  context: Context,
  store: Store,
  name: string,
  options: BackupOptions,
  path: string | undefined,
  increment: Increment & Pick<BackupContext, 'transforms' | 'keepsVectors'>,
): Promise<void> {
  const { console, signal } = context
  const { planBackup, directoryStorage } = await backupJob()
  const { resume } = context.options(backupRunOptions)
  const into = path === undefined ? undefined : { storage: directoryStorage(path), resume }
  const { plan: planned, base } = await planBackup(store, name, options, eventView(console), into, {
    ...increment,
    signal,
  })
  const { encoding, ranges, counts, tenants, kind = 'full', parent } = planned
  if (console.json) {
    return console.document({
      status: 'planned',
      kind,
      ...(parent !== undefined && { base: parent }),
      ...(base !== undefined && { base_objects: base.objects }),
      collection: planned.collection,
      target: planned.source.target,
      format: encoding.format,
      compression: `${encoding.compression}${encoding.level === undefined ? '' : `:${encoding.level}`}`,
      objects: counts.before,
      ...(tenants && { tenants: tenants.length }),
      ranges: ranges.length,
      part_size: options.partSize,
    })
  }
  console.note([
    `dry run: nothing is written`,
    `${planned.collection} in ${planned.source.target}: ${counted(counts.before, 'object')}${tenants ? ` of ${counted(tenants.length, 'tenant')}` : ''}`,
    ...(base === undefined
      ? []
      : [`an increment of ${parent}, which has ${counted(base.objects, 'object')}`]),
    `${encoding.format}, compression ${encoding.compression}, ${counted(ranges.length, 'range')}, parts of ${roughSize(options.partSize)}`,
  ])
}
