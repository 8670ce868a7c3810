import type { Duplex } from 'node:stream'
import { unpackPage } from '../../../archive/object/packedPage.ts'
import type { MemoryLimit } from '../../../async/memoryLimit.ts'
import type { Parcel } from '../../../async/thread/messages.ts'
import { threadStage } from '../../../async/thread/threadStage.ts'
import type { Threads } from '../../../async/thread/threads.ts'
import { nameOutsideStage, nameStage } from '../../../core/channel/stages.ts'
import type { Entry, Item } from '../../../core/entry.ts'
import type { Line, RawLine } from '../../../core/line.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { Put } from '../../../core/operation.ts'
import { makeReject, Reject } from '../../../core/reject.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import { decodeLine } from '../../../stream/lines/lineCutter.ts'
import { mapChunks } from '../../../stream/mapChunks.ts'
import { openJobThreads, threadsFor } from '../../thread/open.ts'
import { lineItems } from '../coalesce/coalescing.ts'
import type { IngestOptions } from '../options.ts'
import { batchStages } from '../stages.ts'
import { ASKS, type ChangeWork, type PackedItems, type PackedTexts } from './work.ts'

/**
 * The thread that turns lines into operations, if `--threads` asks for one: it is faster if a processor is idle,
 * but takes more processor time, and 50 MB. One is enough: the rest of the work, in this thread, takes as long.
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
}: IngestOptions): Omit<ChangeWork, 'schema'> {
  return {
    strict,
    maxLineBytes,
    ...(contentRoot !== undefined && { contentRoot }),
    ...(tenant !== undefined && { tenant }),
    ...(tenantBy !== undefined && { tenantBy }),
  }
}

type AnyLine = Line | RawLine | Reject

/** What items are made with in a thread. */
export interface ThreadedItemsOptions {
  readonly threads: Threads
  readonly options: IngestOptions
  /** The class of the objects, if nothing changes them before they are stored. */
  readonly schema?: CollectionSchema | undefined
  readonly memory?: MemoryLimit | undefined
}

/**
 * Lines, as bytes or decoded → batches of items, parsed, validated and made into objects in a thread, in order; rejects
 * pass through. Memory: six batches in each thread.
 */
export function threadedItems({ threads, options, schema, memory }: ThreadedItemsOptions): Duplex[] {
  const data: ChangeWork = { ...changeWork(options), ...(schema && { schema }) }
  const itemOf = lineItems(options)
  // Lines that were sent and have not come back, in order.
  const sent: AnyLine[][] = []
  return [
    // A line weighs twice as much once its content stands beside it.
    ...batchStages({ ...options, batchBytes: Math.ceil(options.batchBytes / 2) }, memory),
    nameStage(
      'send to thread',
      mapChunks((lines: AnyLine[]) => {
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

function packLines(lines: readonly AnyLine[]): Parcel<PackedTexts> {
  const own = lines.filter((line): line is Line | RawLine => !(line instanceof Reject))
  const ends = new Uint32Array(own.length)
  let length = 0
  for (const [at, line] of own.entries()) {
    length += 'bytes' in line ? line.bytes.length : Buffer.byteLength(line.text)
    ends[at] = length
  }
  const texts = Buffer.allocUnsafeSlow(length)
  for (const [at, line] of own.entries()) {
    const from = at === 0 ? 0 : ends[at - 1]!
    if ('bytes' in line) texts.set(line.bytes, from)
    else texts.write(line.text, from)
  }
  return { value: { texts, ends }, transfer: [texts.buffer as ArrayBuffer, ends.buffer] }
}

/** The returned items, with their lines. */
function unpackItems(
  lines: readonly AnyLine[],
  { asks, objects, rejects }: PackedItems,
  itemOf: (line: AnyLine) => Item,
): Item[] {
  const puts = unpackPage(objects).values()
  const refusals = rejects.values()
  let at = 0
  return lines.map((line) => {
    if (line instanceof Reject) return line
    const ask = asks[at++]
    if (ask === ASKS.put) return new PutEntry(line, puts.next().value!)
    if (ask !== ASKS.reject) return itemOf(line)
    const { code, reason } = refusals.next().value!
    return makeReject('bytes' in line ? (decodeLine(line) as Line) : line, code, reason)
  })
}

/** The entry of a line that puts an object. The line is decoded when its text is asked for: most are only digested. */
class PutEntry implements Entry {
  readonly line: number
  readonly end: number
  /** The line as it was read; a text only if it had been decoded before. */
  readonly bytes: Buffer | undefined
  readonly operation: Put
  readonly #text: string | undefined

  constructor(line: Line | RawLine, object: StoredObject) {
    const { id, tenant } = object
    this.line = line.line
    this.end = line.end
    this.bytes = 'bytes' in line ? line.bytes : undefined
    this.#text = 'bytes' in line ? undefined : line.text
    this.operation = { kind: 'put', id, object, ...(tenant !== undefined && { tenant }) }
  }

  get text(): string {
    return this.#text ?? this.bytes!.toString()
  }
}
