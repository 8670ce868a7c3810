import cliTruncate from 'cli-truncate'
import stringWidth from 'string-width'
import { visible } from './visible.ts'

/** A column by its name, or with what becomes of it where the terminal is too narrow. */
export type Column =
  | string
  | {
      readonly name: string
      /** True of what has to be copied, such as an id: it is never cut. */
      readonly whole?: boolean
      /** Columns of the highest number go first; those without one stay. */
      readonly drop?: number
      /** It is not cut to less: before that a column goes. */
      readonly least?: number
    }

type Cell = string | number
interface Measured {
  readonly name: string
  readonly whole: boolean
  readonly drop: number
  readonly least: number
  readonly cells: readonly string[]
  width: number
}

const GAP = '  '
/** To so much a text may be cut, unless its column says otherwise. */
const LEAST = 8

/**
 * The lines of a table for a person: a head in capitals, columns as wide as they need, no rules. A row is one line,
 * whatever its cells hold. With `width` it fits into so many columns of a terminal: texts are cut in their middle, then
 * columns go; names of columns that went are told to `onDropped`.
 */
export function columns(
  head: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width?: number,
  onDropped: (names: readonly string[]) => void = () => {},
): string[] {
  const all = head.map((column, index) => measured(column, rows, index))
  const kept = width === undefined ? all : fitting(all, width)
  if (kept.length < all.length) onDropped(all.filter((one) => !kept.includes(one)).map(({ name }) => name))
  if (width !== undefined) narrow(kept, width)
  return Array.from({ length: rows.length + 1 }, (_, row) =>
    kept
      .map(({ cells, width }) => padded(cells[row]!, width))
      .join(GAP)
      .trimEnd(),
  )
}

function measured(column: Column, rows: readonly (readonly Cell[])[], index: number): Measured {
  const {
    name,
    whole = false,
    drop = 0,
    least = LEAST,
  } = typeof column === 'string' ? { name: column } : column
  const cells = [name.toUpperCase(), ...rows.map((row) => cellText(row[index] ?? ''))]
  return { name, whole, drop, least, cells, width: Math.max(...cells.map(widthOf)) }
}

/** Made visible before it is measured. */
function cellText(cell: Cell): string {
  return typeof cell === 'number' ? String(cell) : visible(cell)
}

/** A sign a column, where all are plain: no need to look each up. */
function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text)
}

function fitting(all: readonly Measured[], width: number): readonly Measured[] {
  const least = total(all.map((one) => (one.whole ? one.width : Math.min(one.width, one.least))))
  if (least <= width) return all
  const first = all.filter(({ drop }) => drop > 0).toSorted((a, b) => b.drop - a.drop)[0]
  return first === undefined
    ? all
    : fitting(
        all.filter((one) => one !== first),
        width,
      )
}

/** Takes from the widest text, again and again, until the table fits or nothing can be cut. */
function narrow(kept: readonly Measured[], width: number): void {
  for (let over = total(kept.map((one) => one.width)) - width; over > 0; over--) {
    const cut = kept
      .filter((one) => !one.whole && one.width > one.least)
      .toSorted((a, b) => b.width - a.width)[0]
    if (cut === undefined) return
    cut.width -= 1
  }
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1)
}

function padded(cell: string, width: number): string {
  const text = widthOf(cell) > width ? cliTruncate(cell, width, { position: 'middle' }) : cell
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}
