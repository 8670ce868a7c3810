import { availableParallelism } from 'node:os'
import type { Manifest, Part } from '../../../archive/manifest.ts'
import { unpackPage } from '../../../archive/object/packedPage.ts'
import type { StorageDirectory } from '../../../archive/storage/storage.ts'
import { threadSource } from '../../../async/thread/threadStage.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { Reject } from '../../../core/reject.ts'
import type { Source } from '../../../core/stage.ts'
import { openJobThreads, threadsFor } from '../../thread/open.ts'
import type { ReadAhead } from '../part/readAhead.ts'
import type { RestoreRun } from '../run.ts'
import type { DecodeThreads, SourcePart } from '../source/source.ts'
import type { PartWork } from './work.ts'

/** With fewer objects the threads take longer to start than they save. */
const LEAST_OBJECTS = 50_000

/**
 * True if threads make a restore faster. An object takes a third more processor time with them, so this thread must be
 * the bottleneck: it writes an embedded store, but a server takes less than this thread decodes, and often runs on the
 * same processors.
 */
function pays({ plan, store }: RestoreRun): boolean {
  return store.maxInFlight === 1 && (plan.objects ?? 0) >= LEAST_OBJECTS
}

/**
 * How many of the allowed threads decode: this thread writes meanwhile, so that a third would wait for it, and so would
 * a second one on two processors, where it would only compile the same code again.
 */
export function decodersOf(allowed: number, processors = availableParallelism()): number {
  return Math.min(allowed, 2, Math.max(1, processors - 1))
}

/**
 * Threads that decode the due parts; undefined if this thread does: with `--threads 0`, for few objects, into a server
 * unless requested, for sources other than directory archives, and when salvaging a damaged part.
 */
export async function decodeThreads(
  run: RestoreRun,
  due: readonly SourcePart[],
): Promise<DecodeThreads | undefined> {
  const { options, frame, store } = run
  const able = due.filter(({ inThread }) => inThread !== undefined)
  if (options.skipDamaged || able.length === 0) return undefined
  const count = threadsFor(options.threads, pays(run), frame.memory)
  if (count === 0) return undefined
  // Transforms and the like may change the objects; the store then checks them again.
  const schema = store.maxInFlight === 1 ? await store.schema(run.class) : undefined
  return { threads: await openJobThreads(decodersOf(count)), schema }
}

/** The objects of an archive part, checked and decoded in a thread. Memory: five pages. Errors: as `partPages` */
export function threadedPart(
  { threads, schema: target }: DecodeThreads,
  directory: StorageDirectory,
  { encoding, schema, tool, ranges }: Manifest,
  part: Part,
): Source<readonly StoredObject[]> {
  const tenant = ranges[part.range]?.tenant
  const data: PartWork = { directory, manifest: { encoding, schema, tool }, part, tenant, schema: target }
  return threadSource({ threads, work: 'archivePart', data }, unpackPage)
}

/** The check of the first part. */
export interface FirstCheck {
  done: Promise<void> | undefined
  readonly ahead: ReadAhead
}

/**
 * The pages of a part whose bytes were checked: here, or in a thread. Other parts are checked while the objects of the
 * first one are written. Errors: as `check` and `pages` of the part
 */
export async function checkedPages(
  part: SourcePart,
  firstCheck: FirstCheck,
  threads: DecodeThreads | undefined,
  signal: AbortSignal,
  onReject: (reject: Reject) => void,
): Promise<Source<readonly StoredObject[]>> {
  if (threads !== undefined && part.inThread !== undefined) return part.inThread(threads)
  const firstPages = firstCheck.ahead.take(part, onReject)
  if (firstPages !== undefined) {
    firstCheck.done ??= firstPages.then(
      () => {},
      () => {},
    )
    return firstPages
  }
  // If all were checked at once, the first objects would wait until all these parts are read.
  if (firstCheck.done !== undefined) await firstCheck.done
  const check = part.check?.(signal)
  firstCheck.done ??= check?.catch(() => {})
  await check
  return part.pages(onReject)
}
