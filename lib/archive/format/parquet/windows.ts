import { isLimited, scaledToMemory } from '../../../core/memory/limits.ts'
import type { RowGroup } from './footer.ts'
import { valuesPerRow } from './levels.ts'
import type { ReadAt } from './page.ts'
import { costOf } from './pages.ts'
import { MAX_NESTED_VALUES } from './values.ts'
import type { VectorBytes } from './vectors.ts'

const MIB = 1024 * 1024

/** About how many bytes to decode at once, as the pages count them; and how many if every entry were the longest. */
const WINDOW_BYTES = 64 * MIB
const MAX_WINDOW_BYTES = 4 * WINDOW_BYTES
/** The same with little memory, of which the library uses six times this and never gives it back. */
const LIMITED_BYTES = 16 * MIB

/**
 * Bytes that the decoder uses for a value in a list, including levels, offsets and copies, whatever its size.
 * Measured.
 */
const NESTED_VALUE_BYTES = 48

/** Rows of a group that are decoded together. */
export interface Window {
  readonly offset: number
  readonly limit: number
}

/**
 * The rows of a group in windows that each take about the same memory, whatever the group's size, and less under a limit; `widths` are the
 * bytes of missing vectors. Throws an Error with the reason if a page is malformed, or a single row would take too
 * much memory.
 */
export function* windowsOf(group: RowGroup, widths: VectorBytes, read: ReadAt): Generator<Window> {
  const { bytes, most, nested, missing } = costOf(group, read)
  const window = isLimited() ? scaledToMemory(LIMITED_BYTES) : WINDOW_BYTES
  const largest = (MAX_WINDOW_BYTES / WINDOW_BYTES) * window
  const shares = Math.max(bytes / window, (most + group.rows * widths.row) / largest)
  const limit = Math.max(1, Math.floor(group.rows / Math.max(1, shares)))
  const suspicious = nested * NESTED_VALUE_BYTES + missing * widths.among > MAX_WINDOW_BYTES
  const each = Math.ceil(widths.among / NESTED_VALUE_BYTES) + 1
  const values = suspicious ? valuesPerRow(group, each, read) : undefined
  for (let offset = 0; offset < group.rows; ) {
    const rows = Math.min(limit, group.rows - offset)
    const fitting = values === undefined ? rows : fittingRows(values.subarray(offset, offset + rows))
    yield { offset, limit: fitting }
    offset += fitting
  }
}

/** How many of these rows can be decoded together, given their values in lists: at least one. */
function fittingRows(values: Uint32Array): number {
  let sum = 0
  for (const [row, count] of values.entries()) {
    if (count > MAX_NESTED_VALUES)
      throw new Error(`has an object of ${count} values in its lists, more than ${MAX_NESTED_VALUES}`)
    sum += count
    if (row > 0 && sum * NESTED_VALUE_BYTES > MAX_WINDOW_BYTES) return row
  }
  return values.length
}
