import Table from 'cli-table3'
import { visible } from './visible.ts'

const NOTHING = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

/**
 * The lines of a table for a person: a head in capitals, columns as wide as they need, no rules. A row is one line,
 * whatever its cells hold.
 */
export function columns(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const cells = [head.map((name) => name.toUpperCase()), ...rows.map((row) => row.map(cellText))]
  return cells.flat().every(isPlain) ? plainColumns(cells) : wideColumns(cells)
}

/** Made visible before it is measured. */
function cellText(cell: string | number): string {
  return typeof cell === 'number' ? String(cell) : visible(cell)
}

/** A sign a column: its width is its length. */
function isPlain(cell: string): boolean {
  return /^[\x20-\x7e]*$/.test(cell)
}

// cli-table3 takes 30 ms for a hundred rows, most of it to learn the widths of signs.
function plainColumns(cells: readonly (readonly string[])[]): string[] {
  const widths = cells[0]!.map((_, column) =>
    cells.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), 0),
  )
  const lines = cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  '))
  return lines.map((line) => line.trimEnd())
}

function wideColumns(cells: readonly string[][]): string[] {
  const table = new Table({
    chars: NOTHING,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  })
  table.push(...cells)
  const lines = table.toString().split('\n')
  return lines.map((line) => line.trimEnd())
}
