import type { Writable } from 'node:stream'
import type { Manifest } from '../../archive/manifest.ts'
import { isInvalidVector } from '../../archive/object/finiteVectors.ts'
import { type SingleArchiveWriter, singleArchive } from '../../archive/single/write.ts'
import { onceSuccessful } from '../../async/onceSuccessful.ts'
import { ElysiaError } from '../../core/errors.ts'
import { resolveInput } from '../../options/options.ts'
import { WokenTenants } from '../../run/activeTenants.ts'
import { TOOL } from '../../run/tool.ts'
import type { Store } from '../../store/store.ts'
import { chosenEncoding } from './encoding.ts'
import { type BackupResult, backupResult, runWithJournal } from './frame.ts'
import type { BackupContext, BackupJob } from './job.ts'
import { manifestFor, requireWhole } from './manifest.ts'
import { type BackupOptions, type BackupOptionsInput, backupOptions } from './options.ts'
import { callsFor, planOf, type TenantObjectCounts } from './plan.ts'
import type { BackupReport } from './report.ts'
import { requireSchemaKept } from './resumeChecks.ts'
import { scanContext } from './scan/completeness.ts'
import { allInvalid, InvalidVectors } from './scan/invalidVectors.ts'
import { BackupProgress } from './scan/progress.ts'
import { explainRead, searchOf } from './scan/search.ts'
import { type SingleScanOptions, scanSingle } from './scan/single.ts'
import { backupTransforms, transformsOf } from './scan/transforms.ts'

/** Where the bytes of a single-file archive go, and its name in the report. */
export interface SingleOutput {
  readonly stream: Writable
  readonly location: string
}

/**
 * A collection → one stream of bytes: a header, a line for each object, and a trailer, without which a reader knows
 * that it is cut short. Memory: two pages, and what a compressor holds.
 * @throws ElysiaError as `backup`; what was written then has no trailer
 */
export async function backupSingle(
  store: Store,
  name: string,
  out: SingleOutput,
  input: BackupOptionsInput,
  context: BackupContext = {},
): Promise<{ readonly report: BackupReport; readonly manifest: Manifest }> {
  return backupResult(await runBackupSingle(store, name, out, input, context))
}

/**
 * As `backupSingle`, but also resolves with the report if the backup failed or was interrupted.
 * @throws only if it could not begin
 */
export async function runBackupSingle(
  store: Store,
  name: string,
  { stream, location }: SingleOutput,
  input: BackupOptionsInput,
  context: BackupContext = {},
): Promise<BackupResult> {
  const options = singleOptions(input)
  const task = { store, name, location, options }
  return runWithJournal(
    task,
    context,
    async () => {},
    (job) => intoStream(job, stream),
  )
}

/** The options of such a backup. @throws ElysiaError ELYSIA_USAGE for options of a directory archive */
export function singleOptions(input: BackupOptionsInput): BackupOptions {
  const options = resolveInput(backupOptions, { ...input, workers: 1 })
  requireLines(options)
  return options
}

/** Writes a running backup into a stream. */
export async function intoStream(job: BackupJob, stream: Writable): Promise<Manifest> {
  const { run, context, task, subject, retry, state } = job
  const { store, options } = task
  const { emit, signal } = run
  const woken = new WokenTenants(store, subject.schema.class, subject.tenants, { emit, retry })
  try {
    const counted: TenantObjectCounts = new Map()
    const encoding = onceSuccessful(() => chosenEncoding(store, subject, options, emit))
    const plan = await retry(() => planOf(store, subject, { encoding, options, tool: TOOL, counted }))
    state.plan = plan
    context.onBegun?.(plan)
    if (plan.ranges.some(({ tenant }) => woken.isAsleep(tenant))) woken.announce()
    const { selection } = subject
    const search = await searchOf(job, plan)
    const leavesOut = !subject.transforms.isEmpty
    const looking = scanContext(store, subject.schema, plan.started, {
      ...{ retry, signal, emit, selection, search, leavesOut },
    })
    const archive = await singleArchive(plan, stream, signal)
    try {
      return await writeSingle(job, archive, { plan, looking, woken, counted })
    } catch (error) {
      await archive.destroy(error as Error)
      if (!isInvalidVector(error)) throw error
      throw await allInvalid(looking.collection, callsFor(plan.tenants), retry, signal)
    }
  } finally {
    await woken.close()
  }
}

/** Scans all ranges, and seals the archive. */
async function writeSingle(
  { run, task, subject, retry, state }: BackupJob,
  archive: SingleArchiveWriter,
  scan: Pick<SingleScanOptions, 'plan' | 'looking' | 'woken' | 'counted'>,
): Promise<Manifest> {
  const { store, options } = task
  const { plan } = scan
  const invalid = options.allowInvalidVectors ? new InvalidVectors() : undefined
  const progress = new BackupProgress(run.emit, plan.counts.before)
  const { parts, counts } = await scanSingle({
    ...scan,
    archive,
    vectors: options.vectors,
    transforms: (leftOut) => backupTransforms(transformsOf({ run, subject, state }, plan, invalid), leftOut),
    stop: run.stop,
    onObjects: progress.written,
    stages: run.context.stages,
    onCounted: progress.expect,
  })
  requireSchemaKept(subject, await retry(() => store.schema(plan.collection)))
  const manifest = manifestFor(plan, counts, parts)
  state.unseen.notify(run.emit, plan.collection)
  invalid?.notify(run.emit, plan.collection)
  requireWhole(manifest, options, run.emit, invalid?.objects ?? 0)
  state.refused.sync()
  await archive.seal(manifest)
  explainRead({ run, task }, manifest)
  state.parts.push(...parts)
  // The manifest inside cannot know the size of the complete file.
  state.bytes = archive.bytes
  return manifest
}

function requireLines({ format, partitionBy }: BackupOptions): void {
  if (format === 'jsonl' && partitionBy === undefined) return
  throw new ElysiaError('ELYSIA_USAGE', 'a single file or pipe holds JSON lines, in no partitions', {
    hint: `give a directory to --to for ${format === 'jsonl' ? 'partitions' : `--format ${format}`}`,
  })
}
