import type { Duplex } from 'node:stream'
import { unpackPage } from '../../../archive/object/packedPage.ts'
import type { MemoryLimit } from '../../../async/memoryLimit.ts'
import type { Parcel } from '../../../async/thread/messages.ts'
import { threadStage } from '../../../async/thread/threadStage.ts'
import type { Threads } from '../../../async/thread/threads.ts'
import { nameOutsideStage, nameStage } from '../../../core/channel/stages.ts'
import type { Item } from '../../../core/entry.ts'
import type { Line } from '../../../core/line.ts'
import { makeReject, Reject } from '../../../core/reject.ts'
import { mapChunks } from '../../../stream/mapChunks.ts'
import { openJobThreads, threadsFor } from '../../thread/open.ts'
import { lineItems } from '../coalesce/coalescing.ts'
import type { IngestOptions } from '../options.ts'
import { batchStages } from '../stages.ts'
import { ASKS, type ChangeWork, type PackedItems, type PackedTexts } from './work.ts'

/**
 * The thread that turns lines into operations, if `--threads` asks for one: it is a tenth faster if a processor is
 * idle, but takes a seventh more processor time, and 90 MB. One is enough: the rest of the work, in this thread, takes
 * as long.
 */
export async function changeThread(
  { threads }: IngestOptions,
  memory: MemoryLimit | undefined,
): Promise<Threads | undefined> {
  return threadsFor(threads, false, memory) === 0 ? undefined : openJobThreads(1)
}

/** The options that a thread needs. */
export function changeWork({
  strict,
  maxLineBytes,
  contentRoot,
  tenant,
  tenantBy,
}: IngestOptions): ChangeWork {
  return {
    strict,
    maxLineBytes,
    ...(contentRoot !== undefined && { contentRoot }),
    ...(tenant !== undefined && { tenant }),
    ...(tenantBy !== undefined && { tenantBy }),
  }
}

/**
 * Lines → batches of items, parsed, validated and made into objects in a thread, in order; rejects pass through.
 * Memory: six batches in each thread.
 */
export function threadedItems(threads: Threads, options: IngestOptions, memory?: MemoryLimit): Duplex[] {
  const data = changeWork(options)
  const itemOf = lineItems(options)
  // Lines that were sent and have not come back, in order.
  const sent: (Line | Reject)[][] = []
  return [
    // A line weighs twice as much once its content stands beside it.
    ...batchStages({ ...options, batchBytes: Math.ceil(options.batchBytes / 2) }, memory),
    nameStage(
      'send to thread',
      mapChunks((lines: (Line | Reject)[]) => {
        sent.push(lines)
        return packLines(lines)
      }),
    ),
    nameOutsideStage(
      'make operations',
      threadStage<PackedTexts, PackedItems>({ threads, work: 'changeItems', data }),
    ),
    nameStage(
      'take from thread',
      mapChunks((items: PackedItems) => unpackItems(sent.shift()!, items, itemOf)),
    ),
  ]
}

function packLines(lines: readonly (Line | Reject)[]): Parcel<PackedTexts> {
  const own = lines.filter((line): line is Line => !(line instanceof Reject))
  const ends = new Uint32Array(own.length)
  let length = 0
  for (const [at, { text }] of own.entries()) {
    length += Buffer.byteLength(text)
    ends[at] = length
  }
  const texts = Buffer.from(new ArrayBuffer(length))
  for (const [at, { text }] of own.entries()) texts.write(text, at === 0 ? 0 : ends[at - 1]!)
  return { value: { texts, ends }, transfer: [texts.buffer as ArrayBuffer, ends.buffer] }
}

/** The returned items, with their lines. */
function unpackItems(
  lines: readonly (Line | Reject)[],
  { asks, objects, rejects }: PackedItems,
  itemOf: (line: Line) => Item,
): Item[] {
  const puts = unpackPage(objects).values()
  const refusals = rejects.values()
  let at = 0
  return lines.map((line) => {
    if (line instanceof Reject) return line
    const ask = asks[at++]
    if (ask === ASKS.put) return put(line, puts.next().value!)
    if (ask !== ASKS.reject) return itemOf(line)
    const { code, reason } = refusals.next().value!
    return makeReject(line, code, reason)
  })
}

function put({ line, end, text }: Line, object: ReturnType<typeof unpackPage>[number]): Item {
  const { id, tenant } = object
  return { line, end, text, operation: { kind: 'put', id, object, ...(tenant !== undefined && { tenant }) } }
}
