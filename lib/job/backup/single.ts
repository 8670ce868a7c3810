import type { Writable } from 'node:stream'
import type { Manifest, Plan } from '../../archive/manifest.ts'
import { InvalidVectorError } from '../../archive/object/finiteVectors.ts'
import { singleArchive } from '../../archive/single/write.ts'
import { retryUntilDeadline } from '../../async/retry.ts'
import { ElysiaError } from '../../core/errors.ts'
import { resolveGiven } from '../../options/options.ts'
import { WokenTenants } from '../../run/activeTenants.ts'
import { emitter, retryEvent } from '../../run/events.ts'
import { TOOL } from '../../run/tool.ts'
import type { Store } from '../../store/store.ts'
import { chosenEncoding } from './encoding.ts'
import { manifestFor, requireWhole } from './manifest.ts'
import { type BackupGiven, type BackupOptions, backupOptions } from './options.ts'
import { type Counted, callsFor, collectionInfoOf, planOf, whatOf } from './plan.ts'
import { type BackupReport, backupReport } from './report.ts'
import type { BackupCircumstances } from './run.ts'
import { requireSchemaKept } from './same.ts'
import { lookingAt } from './scan/found.ts'
import { allInvalid, InvalidVectors } from './scan/invalidVectors.ts'
import { scanSingle } from './scan/single.ts'
import { backupTransforms } from './scan/transforms.ts'

const NEVER = new AbortController().signal

/**
 * A collection → one stream of bytes: a header, a line an object, a trailer without which a reader knows that
 * it is cut short. `location` is what the report calls it. Memory: a page, and what a compressor holds.
 * @throws ElysiaError as `backup`; what was written then has no trailer
 */
export async function backupSingle(
  store: Store,
  name: string,
  out: { readonly stream: Writable; readonly location: string },
  given: BackupGiven,
  circumstances: BackupCircumstances = {},
): Promise<{ readonly report: BackupReport; readonly manifest: Manifest }> {
  const startedMs = performance.now()
  const options = resolveGiven(backupOptions, { ...given, workers: 1 })
  requireLines(options)
  const emit = emitter(circumstances.onEvent)
  const signal = circumstances.signal ?? NEVER
  let retries = 0
  const retry = retryUntilDeadline({
    forMs: options.retryForMs,
    signal,
    onRetry: (again) => {
      retries += 1
      emit(retryEvent(again))
    },
  })
  const subject = await retry(() => collectionInfoOf(store, name, options, emit))
  const woken = new WokenTenants(store, subject.schema.class, subject.tenants, { emit, retry })
  try {
    const counted: Counted = new Map()
    const encoding = await retry(() => chosenEncoding(store, subject, options, emit))
    const plan = await retry(() => planOf(store, subject, encoding, options, TOOL, counted))
    circumstances.onBegun?.(plan)
    const looking = lookingAt(store, subject.schema, plan.started, { retry, signal, emit })
    const invalid = options.allowInvalidVectors ? new InvalidVectors() : undefined
    if (plan.ranges.some(({ tenant }) => woken.isAsleep(tenant))) woken.announce()
    const archive = await singleArchive(plan, out.stream, signal)
    try {
      const { parts, counts } = await scanSingle({
        plan,
        archive,
        looking,
        projection: whatOf(options.vectors),
        woken,
        counted,
        transforms: () => backupTransforms(invalid),
        stop: circumstances.stop,
        onObjects: progressOf(plan, circumstances),
      })
      requireSchemaKept(plan, await retry(() => store.schema(plan.collection)))
      const manifest = manifestFor(plan, counts, parts)
      invalid?.tell(emit, plan.collection)
      requireWhole(manifest, options, emit, invalid?.objects ?? 0)
      await archive.seal(manifest)
      const figures = { location: out.location, kept: 0, retries, startedMs }
      // The manifest inside cannot know how large what is around it becomes.
      return { manifest, report: { ...backupReport(manifest, figures), bytes: archive.bytes } }
    } catch (error) {
      await archive.destroy(error as Error)
      if (!(error instanceof InvalidVectorError)) throw error
      throw await allInvalid(looking.collection, callsFor(plan.tenants), retry, signal)
    }
  } finally {
    await woken.close()
  }
}

function progressOf({ counts }: Plan, { onEvent }: BackupCircumstances): (objects: number) => void {
  let objects = 0
  return (more) => {
    objects += more
    onEvent?.({ type: 'progress', unit: 'objects', done: objects, total: counts.before })
  }
}

function requireLines({ format, partitionBy }: BackupOptions): void {
  if (format === 'jsonl' && partitionBy === undefined) return
  throw new ElysiaError('ELYSIA_USAGE', 'a single file or pipe holds JSON lines, in no partitions', {
    hint: `give a directory to --to for ${format === 'jsonl' ? 'partitions' : `--format ${format}`}`,
  })
}
