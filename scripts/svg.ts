import type { Screen } from './terminal.ts'

type Buffer = Screen['emulator']['buffer']['active']
type Cell = NonNullable<ReturnType<NonNullable<ReturnType<Buffer['getLine']>>['getCell']>>

const WIDTH = 8.4
const HEIGHT = 18
const PAD = 12
/** The first eight colors of a terminal, as they are read on a dark ground. */
const COLORS = ['#1e1e2e', '#f38ba8', '#a6e3a1', '#f9e2af', '#89b4fa', '#f5c2e7', '#94e2d5', '#cdd6f4']

/** What a terminal shows, its first `rows` lines, as a picture. */
export function svgOf({ emulator }: Screen, rows: number, title: string): string {
  const width = Math.ceil(emulator.cols * WIDTH + 2 * PAD)
  const height = rows * HEIGHT + 2 * PAD
  const lines = Array.from({ length: rows }, (_, row) => lineOf(emulator.buffer.active, row, emulator.cols))
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" rx="8" fill="${COLORS[0]}"/>
<g font-family="ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" fill="${COLORS[7]}" xml:space="preserve">
${lines.filter((line) => line !== '').join('\n')}
</g>
</svg>
`
}

/** A line as runs of one color, each where it stands. */
function lineOf(buffer: Buffer, row: number, columns: number): string {
  const line = buffer.getLine(row)
  const runs: { at: number; color: string | undefined; text: string }[] = []
  for (let at = 0; at < columns; at++) {
    const cell = line?.getCell(at)
    if (cell === undefined || cell.getWidth() === 0) continue
    const color = colorOf(cell)
    const last = runs.at(-1)
    if (last !== undefined && last.color === color) last.text += cell.getChars() || ' '
    else runs.push({ at, color, text: cell.getChars() || ' ' })
  }
  const y = PAD + (row + 0.75) * HEIGHT
  return runs
    .filter(({ text }) => text.trim() !== '')
    .map(({ at, color, text }) => {
      const fill = color === undefined ? '' : ` fill="${color}"`
      return `<text x="${(PAD + at * WIDTH).toFixed(1)}" y="${y}"${fill}>${escaped(text.trimEnd())}</text>`
    })
    .join('')
}

function colorOf(cell: Cell): string | undefined {
  return cell.isFgPalette() ? COLORS[cell.getFgColor() % 8] : undefined
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
