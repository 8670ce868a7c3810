import { type Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { operations } from '../../change/operations.ts'
import { validate } from '../../change/validate.ts'
import type { Item } from '../../core/entry.ts'
import { Reject, type RejectCode } from '../../core/reject.ts'
import { inspectBytes } from '../../stream/bytes/inspectBytes.ts'
import { decompress } from '../../stream/codec/decompress.ts'
import { splitLines } from '../../stream/lines/splitLines.ts'
import { parseJson } from '../../stream/parseJson.ts'
import { foreignLines } from './foreignLines.ts'
import type { ValidateOptions } from './validateOptions.ts'

/** What a validation counted: `lines = blank + records`; `faults` are records by reject code. */
export interface ValidationCounts {
  readonly lines: number
  readonly blank: number
  readonly records: number
  readonly faults: Readonly<Partial<Record<RejectCode, number>>>
}

/** Receives faults, and may end a validation early. */
export interface ValidationContext {
  /** Called for each fault, in order of line. If it returns a promise, the input waits for it. */
  onFault?(fault: Reject): Promise<void> | undefined
  readonly signal?: AbortSignal
  /** Called if bytes after the end of a compressed input are ignored. */
  readonly onTrailing?: () => void
}

/** Checks the options against the disk before an input is opened. @throws ElysiaError ELYSIA_USAGE */
export function requireValidatable(options: ValidateOptions): void {
  checks(options).destroy()
}

/** The last of the stages: it knows what a content root is. */
function checks({ maxLineBytes, contentRoot }: ValidateOptions) {
  return operations({ maxContentBytes: maxLineBytes, ...(contentRoot !== undefined && { contentRoot }) })
}

/**
 * Checks the change records of one input as an ingest would, without any store: splits bytes, compressed or not, into
 * lines, parses them, checks them against the format and turns them into operations, so that missing content and
 * unreadable references are faults too. Does not find what only a store knows (`source_missing`, `object_missing`,
 * `store_rejected`). Memory: one line and the stages' buffers, whatever the size of the input or the number of faults.
 * @throws ElysiaError ELYSIA_COMPRESSION, ELYSIA_USAGE for a content root that is not a directory; what `onFault` throws;
 * the errors of `readable`, which is then destroyed
 */
export async function validateInput(
  readable: Readable,
  options: ValidateOptions,
  { onFault, signal, onTrailing = () => {} }: ValidationContext = {},
): Promise<ValidationCounts> {
  const faults: Partial<Record<RejectCode, number>> = {}
  let records = 0
  const splitter = splitLines({ maxLineBytes: options.maxLineBytes })
  const count = (item: Item) => {
    records += 1
    if (!(item instanceof Reject)) return undefined
    faults[item.code] = (faults[item.code] ?? 0) + 1
    return onFault?.(item)
  }
  await pipeline(
    [
      readable,
      decompress({ onTrailing }),
      inspectBytes((beginning) => foreignLines(beginning, false)),
      splitter,
      parseJson(),
      validate({ strict: options.strict }),
      checks(options),
      counter(count),
    ],
    { ...(signal && { signal }) },
  )
  return { lines: splitter.lines, blank: splitter.lines - records, records, faults }
}

function counter(count: (item: Item) => Promise<void> | undefined): Writable {
  return new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(item: Item, _encoding, done) {
      const busy = count(item)
      if (busy === undefined) done()
      else busy.then(() => done(), done)
    },
  })
}
