import type { Command, Context } from '../../cli/command.ts'
import { COLLECTION } from '../../cli/operands.ts'
import { transformsFor } from '../../cli/transforms.ts'
import {
  type BackupResult,
  backupJob,
  backupOptions,
  backupRunOptions,
  catalogOptions,
  ElysiaError,
  isSet,
  lockOptions,
  runOptions,
  targetOptions,
  transformOptions,
} from '../../library.ts'
import { retryOptions } from '../../openOptions.ts'
import { intoDirectory, intoFile, intoPipe } from './backingUp/into.ts'
import { keepsVectors, makeBackup } from './backingUp/makeBackup.ts'
import { requireUnlocked } from './backingUp/placeLock.ts'
import { plannedPath, printPlan } from './backingUp/plan.ts'
import { type Destination, destinationOf } from './destination.ts'
import { findCollection } from './findCollection.ts'
import { incrementOf, notingBase, requireIncrement } from './increment.ts'
import { backUpSet } from './sets/backups.ts'

const { shutdownTimeoutMs } = runOptions.properties

/** The only option of a run that a backup takes: how long ending may take. */
const shutdownOptions = { ...runOptions, name: 'shutdown', properties: { shutdownTimeoutMs } } as const

/** `col backup`: a collection → an archive. */
export const command: Command = {
  records: 'backup',
  summary: 'back up a collection into an archive, and prove that it is complete',
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
  const backupSettings =
    destination.kind === 'file' ? { ...options, compression: destination.compression } : options
  const job = await backupJob()
  job.requireEncoding(backupSettings)
  job.requireSelectable(options)
  requireIncrement(context, destination, backupSettings)
  const { store, schema } = await findCollection(
    context,
    context.operands[0]!,
    retryOptions(context, options.retryForMs),
  )
  const name = schema.class
  if (destination.kind === 'file') await job.freeFile(destination.path)
  if (dryRun) {
    const path = destination.kind === 'directory' ? await plannedPath(context, name, store, to) : to
    if (path !== undefined && destination.kind !== 'pipe') requireUnlocked(path)
    const isDirectory = destination.kind === 'directory' && path !== undefined
    const increment =
      destination.kind === 'directory'
        ? await incrementOf(
            context,
            store,
            schema,
            backupSettings,
            transforms,
            await continuesIn(path, resume),
          )
        : {}
    const changing = { transforms, keepsVectors: keepsVectors(context) }
    const more = { ...increment, ...changing }
    return notingBase(context, increment, () =>
      printPlan(context, store, name, backupSettings, isDirectory ? path : undefined, more),
    )
  }
  const request = { store, schema, options: backupSettings, transforms }
  if (destination.kind === 'pipe') return intoPipe(context, request)
  if (destination.kind === 'file') return intoFile(context, request, destination.path)
  const { path } = destination
  const place = { path, isOurs: path === undefined, isBegun: await continuesIn(path, resume) }
  return intoDirectory(context, request, place)
}

/** True if --resume continues the backup in the named directory; without a name, that is found out later. */
async function continuesIn(path: string | undefined, resume: boolean): Promise<boolean> {
  if (!resume || path === undefined) return resume
  const { directoryStorage, isBegun } = await backupJob()
  return isBegun(directoryStorage(path))
}

/**
 * True if several collections are selected.
 * @throws ElysiaError ELYSIA_USAGE if one is named as well, or none at all
 */
function requireOneOrSet(context: Context): boolean {
  const { operands, name } = context
  const takesSet = isSet(context.options(backupRunOptions))
  if (takesSet !== operands.length > 0) return takesSet
  const fact = takesSet
    ? `${operands[0]} is named, but --all, --include or --exclude is given too`
    : 'no collection is given'
  throw new ElysiaError('ELYSIA_USAGE', `${name}: ${fact}`, {
    hint: takesSet ? 'leave one of them out' : COLLECTION.hint,
  })
}

/** Backs up each collection by itself, into the backup root or below the named directory. */
async function several(context: Context, destination: Destination): Promise<void> {
  const options = context.options(backupOptions)
  const job = await backupJob()
  job.requireEncoding(options)
  job.requireSelectable(options)
  requireIncrement(context, destination, options)
  await backUpSet(context, destination, async (schema, store, place, set) => {
    const transforms = await transformsFor(context)
    let ended: BackupResult | undefined
    const request = { store, schema, options, transforms }
    await intoDirectory(context, request, place, async (_, own, make) => {
      ended = await makeBackup(context, own, (inside) => make({ ...inside, set }))
    })
    return ended!
  })
}
