import { hash } from 'node:crypto'
import { parseBounded } from '../../core/boundedJson.ts'
import { parseLargeNumbers } from '../../core/exactJson.ts'
import type { JsonObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { isRecord } from '../../core/value/record.ts'
import { isUuid } from '../../core/value/uuid.ts'
import { wholeNumbers } from '../../core/value/wholeNumbers.ts'
import { OBJECT_BOUNDS } from '../object/bounds.ts'
import { objectText } from '../object/lineWriter.ts'
import { objectOf } from '../object/parse.ts'
import type { UndoEntry } from './undo.ts'

/** The bounds of an object, plus the entry around it. */
const BOUNDS = { ...OBJECT_BOUNDS, depth: OBJECT_BOUNDS.depth + 1 }

/** The line that begins a block: the number of its entries, the bytes of their lines, and their SHA-256. */
export interface BlockHead {
  readonly entries: number
  readonly bytes: number
  readonly sha256: string
}

/** Entries as one block of lines; the first line gives the length, so a shorter block was cut off. */
export function blockText(entries: readonly UndoEntry[]): string {
  const lines = entries.map((entry) => `${entryText(entry)}\n`).join('')
  const head = { entries: entries.length, bytes: Buffer.byteLength(lines), sha256: hash('sha256', lines) }
  return `${JSON.stringify({ block: { ...head, check: checkOf(head) } })}\n${lines}`
}

/** The checksum that shows that a head is complete, before its entries are read. */
function checkOf({ entries, bytes, sha256 }: BlockHead): string {
  return hash('sha256', `${entries} ${bytes} ${sha256}`).slice(0, 16)
}

function entryText({ id, tenant, before, wrote }: UndoEntry): string {
  const head = JSON.stringify({
    id,
    ...(tenant !== undefined && { tenant }),
    ...(wrote !== undefined && { wrote }),
  })
  return before === undefined ? head : `${head.slice(0, -1)},"before":${objectText(before)}}`
}

/** The head on a line; undefined if the line is not a head, or was changed. */
export function headIn(line: string): BlockHead | undefined {
  if (!line.startsWith('{"block":')) return undefined
  try {
    const { block } = JSON.parse(line) as { block?: unknown }
    if (!isRecord(block)) return undefined
    const head = block as unknown as BlockHead & { readonly check: unknown }
    const areCounts = [head.entries, head.bytes].every((count) => Number.isSafeInteger(count) && count > 0)
    return areCounts && head.check === checkOf(head) ? head : undefined
  } catch {
    return undefined
  }
}

/** Reads entries with numbers in their class's data types. @throws if a line is not an entry */
export function entryReader(schema: CollectionSchema): (line: string) => UndoEntry {
  const { typed } = wholeNumbers(schema.properties)
  return (line) => {
    const value = parseBounded(line, BOUNDS)
    if (!isRecord(value) || typeof value.id !== 'string' || !isUuid(value.id))
      throw new Error('is not an entry')
    const { id, tenant, wrote, before } = value
    const exact = () =>
      typed(((parseLargeNumbers(line) as JsonObject).before as JsonObject).properties as JsonObject)
    return {
      id,
      ...(typeof tenant === 'string' && { tenant }),
      ...(wrote !== undefined && { wrote: traceOf(wrote) }),
      ...(before !== undefined && { before: objectOf(before, exact) }),
    }
  }
}

function traceOf(value: unknown): NonNullable<UndoEntry['wrote']> {
  if (!isRecord(value) || typeof value.digest !== 'string') throw new Error('has a trace that is not valid')
  return value as unknown as NonNullable<UndoEntry['wrote']>
}
