import { sealArchive } from '../../archive/archive.ts'
import { MANIFEST_COPY_FILE, SCHEMA_FILE } from '../../archive/files.ts'
import { beginJournal, readJournal, type Unfinished } from '../../archive/journal.ts'
import type { Manifest, Part, Plan } from '../../archive/manifest.ts'
import type { PartEncoding } from '../../archive/part.ts'
import type { Place } from '../../archive/place.ts'
import { missingStretches } from '../../archive/stretches.ts'
import { failpoint } from '../../failpoint.ts'
import { resolveGiven } from '../../options.ts'
import type { Store } from '../../store/store.ts'
import { patient, type Retrying } from '../../stream/retry.ts'
import { withActiveTenants } from '../activeTenants.ts'
import { type Notice, type Notify, notifier, waitText } from '../notice.ts'
import { TOOL } from '../tool.ts'
import { chosenEncoding, encodingOf } from './encoding.ts'
import { manifestFor, requireWhole } from './end.ts'
import { type BackupGiven, type BackupOptions, backupOptions } from './options.ts'
import { writeParts } from './parts.ts'
import { planOf, type Subject, subjectOf, whatOf } from './plan.ts'
import { type BackupReport, backupReport } from './report.ts'
import { finishSealed, requireFree, requireSame, wholeParts } from './resume.ts'

/** The circumstances of a backup: what is not part of the work, but of this run of it. */
export interface BackupCircumstances {
  /** Ends the run at once. */
  readonly signal?: AbortSignal
  /** Ends it well: what is being written is finished and noted, so that it can be resumed. */
  readonly stop?: AbortSignal
  /** Told of every page: objects so far, and how many there seem to be. */
  readonly onProgress?: (progress: { readonly objects: number; readonly total: number }) => void
  readonly onNotice?: (notice: Notice) => void
  /** Told of the plan once it is known, before the scan. */
  readonly onBegun?: (plan: Plan) => void
  /** Go on where a backup into this place was interrupted. */
  readonly resume?: boolean
}

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
  place: Place,
  given: BackupGiven,
  circumstances: BackupCircumstances = {},
): Promise<{ readonly report: BackupReport; readonly manifest: Manifest }> {
  const startedMs = performance.now()
  const options = resolveGiven(backupOptions, given)
  const notify = notifier(circumstances.onNotice)
  let retries = 0
  const retry = patient({
    forMs: options.retryForMs,
    signal: circumstances.signal ?? NEVER,
    onRetry: (again) => {
      retries += 1
      notify('waiting', waitText(again))
    },
  })
  const subject = await retry(() => subjectOf(store, name, options))
  const location = place.text
  await requireFree(place, circumstances.resume ?? false)
  const unfinished = circumstances.resume === true ? await readJournal(place) : undefined
  const sealedBefore = unfinished && (await finishSealed(place))
  if (sealedBefore !== undefined) {
    const figures = { location, kept: sealedBefore.parts.length, retries, startedMs }
    return { manifest: sealedBefore, report: backupReport(sealedBefore, figures) }
  }
  // A killed backup left its tenants active: its plan knows how they were.
  const tenants = unfinished?.plan.tenants ?? subject.tenants
  const { sealed, kept } = await withActiveTenants(store, name, tenants, { notify, retry }, async () => {
    const { plan, there } = await begun(store, subject, place, options, unfinished, circumstances, {
      notify,
      retry,
    })
    circumstances.onBegun?.(plan)
    const encoding = await encodingOf(plan)
    const parts = await scanned(store, plan, place, encoding, there, options, circumstances, retry)
    const sealed = await retry(() => manifestFor(store, plan, tenants, parts))
    requireWhole(sealed, options, notify)
    failpoint('backup.before-seal')
    await sweep(place, sealed)
    await sealArchive(place, sealed, failpoint)
    return { sealed, kept: there.length }
  })
  return {
    manifest: sealed,
    report: backupReport(sealed, { location, kept, retries, startedMs }),
  }
}

/** The plan of a new backup, or of the one that is resumed with those of its parts that are whole. */
async function begun(
  store: Store,
  subject: Subject,
  place: Place,
  options: BackupOptions,
  unfinished: Unfinished | undefined,
  { signal }: BackupCircumstances,
  { notify, retry }: { readonly notify: Notify; readonly retry: Retrying },
): Promise<{ plan: Plan; there: readonly Part[] }> {
  if (unfinished === undefined) {
    const encoding = await retry(() => chosenEncoding(store, subject, options, notify))
    const plan = await retry(() => planOf(store, subject, encoding, options, TOOL))
    await beginJournal(place, plan)
    return { plan, there: [] }
  }
  requireSame(unfinished.plan, store, subject)
  const there = await wholeParts(place, unfinished.parts, signal)
  notify(
    'continued',
    `resumes ${unfinished.plan.id}: ${there.length} of ${unfinished.parts.length} parts are whole`,
  )
  return { plan: unfinished.plan, there }
}

async function scanned(
  store: Store,
  plan: Plan,
  place: Place,
  encoding: PartEncoding,
  there: readonly Part[],
  options: BackupOptions,
  { signal, stop, onProgress }: BackupCircumstances,
  retry: Retrying,
): Promise<Part[]> {
  let objects = there.reduce((sum, part) => sum + part.objects, 0)
  const total = plan.counts.before
  const run = {
    place,
    plan,
    collection: store.collection(plan.collection),
    what: whatOf(plan.encoding.vectors !== 'none'),
    encoding,
    partBytes: options.partSize,
    retry,
    signal: signal ?? NEVER,
    stop,
    onObjects: (more: number) => {
      objects += more
      onProgress?.({ objects, total })
    },
  }
  const written = await writeParts(run, missingStretches(plan.ranges, there), there, options.workers)
  if (stop?.aborted === true) throw stop.reason
  return [...there, ...written].sort((a, b) => a.range - b.range || (a.file < b.file ? -1 : 1))
}

/** Takes away what an interrupted run left beside the parts. */
async function sweep(place: Place, { parts }: Manifest): Promise<void> {
  const known = new Set([...parts.map(({ file }) => file), MANIFEST_COPY_FILE, SCHEMA_FILE])
  for await (const { name } of place.list('parts')) if (!known.has(name)) await place.remove(name)
}
