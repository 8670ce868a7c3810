import cliTruncate from 'cli-truncate'
import stringWidth from 'string-width'
import { visible } from './visible.ts'

/** A column by its name, or with its behavior on a narrow terminal. */
export type Column =
  | string
  | {
      readonly name: string
      /** True for text that users copy, such as an id: it is never cut. */
      readonly whole?: boolean
      /** Columns with the highest number are dropped first; those without one stay. */
      readonly drop?: number
      /** The least width: before it is cut further, a column is dropped. */
      readonly least?: number
    }

type Cell = string | number
interface MeasuredColumn {
  readonly name: string
  readonly whole: boolean
  readonly drop: number
  readonly least: number
  readonly cells: readonly string[]
  width: number
}

const GAP = '  '
/** The least width of a cut text, unless its column says otherwise. */
const LEAST = 8

/**
 * The lines of a table for users: a header in capitals, columns as wide as needed, no rules. A row is one line,
 * whatever its cells contain. With `width` it fits into that many columns of a terminal: texts are cut in their middle,
 * then columns are dropped, whose names go to `onDropped`.
 */
export function columns(
  head: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width?: number,
  onDropped: (names: readonly string[]) => void = () => {},
): string[] {
  const all = head.map((column, index) => measured(column, rows, index))
  const shown = width === undefined ? all : fitting(all, width)
  if (shown.length < all.length) onDropped(all.filter((one) => !shown.includes(one)).map(({ name }) => name))
  if (width !== undefined) narrow(shown, width)
  return Array.from({ length: rows.length + 1 }, (_, row) =>
    shown
      .map(({ cells, width }) => padded(cells[row]!, width))
      .join(GAP)
      .trimEnd(),
  )
}

function measured(column: Column, rows: readonly (readonly Cell[])[], index: number): MeasuredColumn {
  const {
    name,
    whole = false,
    drop = 0,
    least = LEAST,
  } = typeof column === 'string' ? { name: column } : column
  const cells = [name.toUpperCase(), ...rows.map((row) => cellText(row[index] ?? ''))]
  return { name, whole, drop, least, cells, width: Math.max(...cells.map(widthOf)) }
}

/** The text of a cell, with hidden characters made visible before it is measured. */
function cellText(cell: Cell): string {
  return typeof cell === 'number' ? String(cell) : visible(cell)
}

/** Plain characters are one column each: no need to look them up. */
function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text)
}

function fitting(all: readonly MeasuredColumn[], width: number): readonly MeasuredColumn[] {
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

/** Shortens the widest text, again and again, until the table fits or nothing can be cut. */
function narrow(kept: readonly MeasuredColumn[], width: number): void {
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
