import { sealArchive } from '../../archive/archive.ts'
import type { Chain } from '../../archive/chain/chain.ts'
import { INDEX_DIRECTORY } from '../../archive/files.ts'
import { readJournal, type UnfinishedBackup } from '../../archive/journal.ts'
import type { Manifest } from '../../archive/manifest.ts'
import { isInvalidVector } from '../../archive/object/finiteVectors.ts'
import type { Storage } from '../../archive/storage/storage.ts'
import { isLeftover, isPartName } from '../../catalog/ownFiles.ts'
import { failpoint } from '../../core/failpoint.ts'
import { resolveInput } from '../../options/options.ts'
import { WokenTenants } from '../../run/activeTenants.ts'
import type { Store } from '../../store/store.ts'
import { type BackupResult, backupResult, runWithJournal } from './frame.ts'
import { baseOf, requireEnough, requireFewVanished } from './increment/base.ts'
import { provedBase } from './increment/provedBase.ts'
import type { BackupContext, BackupJob, BackupTask } from './job.ts'
import { manifestFor, requireWhole } from './manifest.ts'
import { type BackupOptionsInput, backupOptions } from './options.ts'
import { type CollectionInfo, callsFor } from './plan.ts'
import type { BackupReport } from './report.ts'
import { finishSealed, requireFree } from './resume.ts'
import { requireResumable, requireSchemaKept } from './resumeChecks.ts'
import { beginBackup, type StartedBackup, type StorageJob } from './run.ts'
import { scanContext } from './scan/completeness.ts'
import { allInvalid, InvalidVectors } from './scan/invalidVectors.ts'
import { scanParts } from './scan/scanParts.ts'
import { explainRead, searchOf } from './scan/search.ts'

export type { BackupResult } from './frame.ts'
export type { BackupContext } from './job.ts'

/**
 * A collection → an archive in its own place: parts, each durable and read again, then the manifest. Before the
 * manifest exists, nothing counts as a backup. Memory: two pages a worker, and what encoders hold.
 * @throws ElysiaError ELYSIA_CONFLICT if something is already there, ELYSIA_INCOMPLETE if the archive would hold less
 * than its source, ELYSIA_UNREACHABLE, ELYSIA_STATE if the disk is full
 */
export async function backup(
  store: Store,
  name: string,
  storage: Storage,
  input: BackupOptionsInput,
  context: BackupContext = {},
): Promise<{ readonly report: BackupReport; readonly manifest: Manifest }> {
  return backupResult(await runBackup(store, name, storage, input, context))
}

/**
 * As `backup`, but also resolves with the report if the backup failed or was interrupted.
 * @throws only if it could not begin
 */
export async function runBackup(
  store: Store,
  name: string,
  storage: Storage,
  input: BackupOptionsInput,
  context: BackupContext = {},
): Promise<BackupResult> {
  const options = resolveInput(backupOptions, input)
  const task = { store, name, location: storage.text, options }
  const prepare = (subject: CollectionInfo) => unfinishedIn(storage, task, subject, context)
  return runWithJournal(task, context, prepare, (job, prepared) => intoStorage(job, storage, prepared))
}

/** The backup to resume, if requested. @throws ElysiaError ELYSIA_CONFLICT if the place is not free for it */
async function unfinishedIn(
  storage: Storage,
  { store, options }: BackupTask,
  subject: CollectionInfo,
  context: BackupContext,
): Promise<BackupBasis> {
  const { resume = false } = context
  await requireFree(storage, resume)
  const unfinished = resume ? await readJournal(storage) : undefined
  if (unfinished !== undefined) requireResumable(unfinished.plan, store, subject, options)
  return { unfinished, base: await baseOf(context, unfinished, subject, options) }
}

/** What is known before a backup begins. */
interface BackupBasis {
  readonly unfinished: UnfinishedBackup | undefined
  /** The base of an increment. */
  readonly base: Chain | undefined
}

async function intoStorage(
  job: BackupJob,
  storage: Storage,
  { unfinished, base }: BackupBasis,
): Promise<Manifest> {
  const { run, context, task, subject, retry, state } = job
  const { store } = task
  const sealedBefore = unfinished && (await finishSealed(storage))
  if (sealedBefore !== undefined) {
    state.plan = sealedBefore
    state.parts.push(...sealedBefore.parts)
    state.index.push(...(sealedBefore.index ?? []))
    state.kept = sealedBefore.parts.length
    return sealedBefore
  }
  // A killed backup may have left tenants active: its plan knows their previous states.
  const tenants = unfinished?.plan.tenants ?? subject.tenants
  const woken = new WokenTenants(store, subject.schema.class, tenants, { emit: run.emit, retry })
  try {
    const isProved = unfinished !== undefined || base === undefined || (await provedBase(job, base))
    if (isProved && base !== undefined) state.base = base
    const begun = await beginBackup({ ...job, storage, woken }, unfinished)
    state.plan = begun.plan
    state.parts.push(...begun.partsDone)
    state.index.push(...begun.indexDone)
    state.kept = begun.partsDone.length
    context.onBegun?.(begun.plan)
    return await writeArchive({ ...job, storage, woken }, begun)
  } finally {
    await woken.close()
  }
}

/** Scans what is left, and seals the archive. */
async function writeArchive(job: StorageJob, begun: StartedBackup): Promise<Manifest> {
  const { run, task, subject, storage, retry, state } = job
  const { store, options } = task
  const { emit, signal } = run
  const { plan } = begun
  const { selection } = subject
  const search = await searchOf(job, plan)
  const leavesOut = !subject.transforms.isEmpty
  const looking = scanContext(store, subject.schema, plan.started, {
    ...{ retry, signal, emit, selection, search, leavesOut },
  })
  const invalid = options.allowInvalidVectors ? new InvalidVectors() : undefined
  const { base } = state
  if (base !== undefined && !plan.ranges.some(({ tenant }) => job.woken.isAsleep(tenant)))
    requireEnough(base, plan, options)
  const { parts, index, counts } = await scanParts(job, begun, looking, invalid).catch(async (error) => {
    if (!isInvalidVector(error)) throw error
    throw await allInvalid(looking.collection, callsFor(plan.tenants), retry, signal)
  })
  requireSchemaKept(subject, await retry(() => store.schema(plan.collection)))
  const sealed = manifestFor(plan, counts, parts, { index, base })
  if (base !== undefined) requireFewVanished(base, sealed, options)
  if (base === undefined) state.unseen.notify(run.emit, plan.collection)
  invalid?.notify(emit, plan.collection)
  requireWhole(sealed, options, emit, invalid?.objects ?? 0)
  state.refused.sync()
  failpoint('backup.before-seal')
  await removeLeftovers(storage, sealed)
  await sealArchive(storage, sealed, failpoint)
  explainRead(job, sealed)
  return sealed
}

/** Removes what interrupted runs left: parts that do not count, and files cut short; nothing with other names. */
async function removeLeftovers(storage: Storage, { parts, index = [] }: Manifest): Promise<void> {
  const known = new Set([...parts, ...index].map(({ file }) => file))
  for (const directory of ['parts', INDEX_DIRECTORY])
    for await (const { name } of storage.list(directory))
      if (!known.has(name) && isPartName(name)) await storage.remove(name)
  for await (const { name } of storage.unfinished()) if (isLeftover(name, known)) await storage.remove(name)
}
