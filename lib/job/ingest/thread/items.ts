import { statSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { unpackPage } from '../../../archive/object/packed.ts'
import type { MemoryLimit } from '../../../async/memoryLimit.ts'
import type { Parcel } from '../../../async/thread/messages.ts'
import { threadStage } from '../../../async/thread/threadStage.ts'
import type { Threads } from '../../../async/thread/threads.ts'
import type { Item } from '../../../core/entry.ts'
import type { Line } from '../../../core/line.ts'
import { Reject, refuse } from '../../../core/reject.ts'
import type { Store } from '../../../store/store.ts'
import { mapChunks } from '../../../stream/mapChunks.ts'
import { openJobThreads, threadsFor } from '../../thread/open.ts'
import { lineItems } from '../coalesce/coalescing.ts'
import type { Input } from '../input.ts'
import type { IngestOptions } from '../options.ts'
import { batches } from '../stages.ts'
import { ASKS, type ChangeWork, type PackedItems, type PackedLines } from './work.ts'

/** Below this a thread takes longer to start than it saves. */
const LEAST_BYTES = 64 * 1024 * 1024

/**
 * The thread that makes operations of lines; undefined where this one does: with `--threads 0`, and where that is not
 * slower: of inputs that are small, or of which nobody knows, and into a server, which takes longer than both. One is
 * enough: what is left to this one takes as long.
 */
export async function changeThread(
  { threads }: IngestOptions,
  inputs: readonly Input[],
  store: Store,
  memory?: MemoryLimit,
): Promise<Threads | undefined> {
  const count = threadsFor(threads, store.file !== undefined && areLarge(inputs), memory)
  return count === 0 ? undefined : openJobThreads(1)
}

/** True of inputs that are worth a thread. */
export function areLarge(inputs: readonly Input[]): boolean {
  return inputs.reduce((sum, input) => sum + sizeOf(input), 0) >= LEAST_BYTES
}

/** What a thread needs to know of the options. */
export function workOf({ strict, maxLineBytes, contentRoot, tenant, tenantBy }: IngestOptions): ChangeWork {
  return {
    strict,
    maxLineBytes,
    ...(contentRoot !== undefined && { contentRoot }),
    ...(tenant !== undefined && { tenant }),
    ...(tenantBy !== undefined && { tenantBy }),
  }
}

function sizeOf({ rereadable, file, name }: Input): number {
  const path = file ?? name
  return rereadable && typeof path === 'string' ? (statSync(path, { throwIfNoEntry: false })?.size ?? 0) : 0
}

/**
 * Lines → batches of what they ask for, parsed, validated and made into objects in a thread, in order; rejects pass.
 * Memory: six batches in either thread.
 */
export function threadedItems(threads: Threads, options: IngestOptions, memory?: MemoryLimit): Duplex[] {
  const data = workOf(options)
  const itemOf = lineItems(options)
  // What was sent and has not come back, in order.
  const sent: (Line | Reject)[][] = []
  return [
    // A line weighs twice as much once its content stands beside it.
    ...batches({ ...options, batchBytes: Math.ceil(options.batchBytes / 2) }, memory),
    mapChunks((lines: (Line | Reject)[]) => {
      sent.push(lines)
      return packLines(lines)
    }),
    threadStage<PackedLines, PackedItems>({ threads, work: 'changeItems', data }),
    mapChunks((items: PackedItems) => unpackItems(sent.shift()!, items, itemOf)),
  ]
}

function packLines(lines: readonly (Line | Reject)[]): Parcel<PackedLines> {
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

/** What came back, with the lines that it is of. */
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
    const asked = asks[at++]
    if (asked === ASKS.put) return put(line, puts.next().value!)
    if (asked !== ASKS.reject) return itemOf(line)
    const { code, reason } = refusals.next().value!
    return refuse(line, code, reason)
  })
}

function put({ line, end, text }: Line, object: ReturnType<typeof unpackPage>[number]): Item {
  const { id, tenant } = object
  return { line, end, text, operation: { kind: 'put', id, object, ...(tenant !== undefined && { tenant }) } }
}
