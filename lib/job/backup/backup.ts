import { sealArchive } from '../../archive/archive.ts'
import { readJournal } from '../../archive/journal.ts'
import type { Manifest } from '../../archive/manifest.ts'
import { InvalidVectorError } from '../../archive/object/finiteVectors.ts'
import type { Storage } from '../../archive/storage/storage.ts'
import { retryUntilDeadline } from '../../async/retry.ts'
import { isPartName } from '../../catalog/ownFiles.ts'
import { failpoint } from '../../core/failpoint.ts'
import { resolveGiven } from '../../options/options.ts'
import { WokenTenants } from '../../run/activeTenants.ts'
import { emitter, retryEvent } from '../../run/events.ts'
import type { Store } from '../../store/store.ts'
import { manifestFor, requireWhole } from './manifest.ts'
import { type BackupGiven, backupOptions } from './options.ts'
import { callsFor, collectionInfoOf } from './plan.ts'
import { type BackupReport, backupReport } from './report.ts'
import { finishSealed, requireFree } from './resume.ts'
import { type BackupCircumstances, type BackupRun, type Begun, beginBackup } from './run.ts'
import { requireSame, requireSchemaKept } from './same.ts'
import { lookingAt } from './scan/found.ts'
import { allInvalid, InvalidVectors } from './scan/invalidVectors.ts'
import { scanned } from './scan/scanned.ts'

export type { BackupCircumstances } from './run.ts'

const NEVER = new AbortController().signal

/**
 * A collection → an archive in a place of its own: parts, each durable and read again, then the manifest.
 * Until that is there, nothing of it counts as a backup. Memory: `workers` pages, and what encoders hold.
 * @throws ElysiaError ELYSIA_CONFLICT where something is there already, ELYSIA_INCOMPLETE where the archive
 * would hold less than its source, ELYSIA_UNREACHABLE, ELYSIA_STATE where the disk is full
 */
export async function backup(
  store: Store,
  name: string,
  storage: Storage,
  given: BackupGiven,
  circumstances: BackupCircumstances = {},
): Promise<{ readonly report: BackupReport; readonly manifest: Manifest }> {
  const startedMs = performance.now()
  const options = resolveGiven(backupOptions, given)
  const emit = emitter(circumstances.onEvent)
  let retries = 0
  const retry = retryUntilDeadline({
    forMs: options.retryForMs,
    signal: circumstances.signal ?? NEVER,
    onRetry: (again) => {
      retries += 1
      emit(retryEvent(again))
    },
  })
  const signal = circumstances.signal ?? NEVER
  const subject = await retry(() => collectionInfoOf(store, name, options, emit))
  const location = storage.text
  await requireFree(storage, circumstances.resume ?? false)
  const unfinished = circumstances.resume === true ? await readJournal(storage) : undefined
  if (unfinished !== undefined) requireSame(unfinished.plan, store, subject, options)
  const sealedBefore = unfinished && (await finishSealed(storage))
  if (sealedBefore !== undefined) {
    const figures = { location, kept: sealedBefore.parts.length, retries, startedMs }
    return { manifest: sealedBefore, report: backupReport(sealedBefore, figures) }
  }
  // A killed backup may have left tenants active: its plan knows how they were.
  const tenants = unfinished?.plan.tenants ?? subject.tenants
  const woken = new WokenTenants(store, subject.schema.class, tenants, { emit, retry })
  try {
    const run = { store, subject, storage, options, circumstances, signal, emit, retry, woken }
    const begun = await beginBackup(run, unfinished)
    circumstances.onBegun?.(begun.plan)
    const sealed = await writeArchive(run, begun)
    return {
      manifest: sealed,
      report: backupReport(sealed, { location, kept: begun.there.length, retries, startedMs }),
    }
  } finally {
    await woken.close()
  }
}

/** Scans what is left, and seals the archive. */
async function writeArchive(run: BackupRun, begun: Begun): Promise<Manifest> {
  const { store, subject, storage, options, emit, retry, signal } = run
  const { plan } = begun
  const looking = lookingAt(store, subject.schema, plan.started, { retry, signal, emit })
  const invalid = options.allowInvalidVectors ? new InvalidVectors() : undefined
  const { parts, counts } = await scanned(run, begun, looking, invalid).catch(async (error) => {
    if (!(error instanceof InvalidVectorError)) throw error
    throw await allInvalid(looking.collection, callsFor(plan.tenants), retry, signal)
  })
  requireSchemaKept(plan, await retry(() => store.schema(plan.collection)))
  const sealed = manifestFor(plan, counts, parts)
  invalid?.tell(emit, plan.collection)
  requireWhole(sealed, options, emit, invalid?.objects ?? 0)
  failpoint('backup.before-seal')
  await removeLeftovers(storage, sealed)
  await sealArchive(storage, sealed, failpoint)
  return sealed
}

/** Takes away the parts that an interrupted run left beside those that count; nothing that bears another name. */
async function removeLeftovers(storage: Storage, { parts }: Manifest): Promise<void> {
  const known = new Set(parts.map(({ file }) => file))
  for await (const { name } of storage.list('parts'))
    if (!known.has(name) && isPartName(name)) await storage.remove(name)
}
