import Table from 'cli-table3'

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

/** A table for a person: a head in capitals, columns as wide as they need, no lines. Ends with a newline. */
export function columns(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const table = new Table({
    chars: NOTHING,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
  })
  table.push(
    head.map((name) => name.toUpperCase()),
    ...rows.map((row) => row.map(String)),
  )
  const lines = table.toString().split('\n')
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`
}
