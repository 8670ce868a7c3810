import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import xterm from '@xterm/headless'

/** A command on a pseudo-terminal of its own, and what an emulator shows of it. */
export interface Screen {
  /** The emulator: its buffer, its colors. */
  readonly emulator: xterm.Terminal
  /** The rows that are seen now, without the space at their ends. */
  rows(): string[]
  /** All that was ever shown and is not overwritten: what has scrolled away and what is seen, up to the last text. */
  text(): string[]
  /** How often the command has written, and the emulator has shown it. */
  writes(): number
  /** Types keys: `\x03` is Ctrl-C. */
  type(keys: string): void
  /** Makes the window narrower or wider, lower or higher. */
  resize(columns: number, rows: number): Promise<void>
  /** Waits until this is seen. @throws Error after a minute, with what is seen instead */
  sees(pattern: RegExp): Promise<void>
  /** The exit code, once everything is shown. */
  readonly ended: Promise<number | null>
  /** Closes the terminal, which ends what still runs on it. */
  close(): void
}

export interface Size {
  readonly columns: number
  readonly rows: number
}

/** Why no screen can be had here; undefined where one can. */
export const noScreen = spawnSync('script', ['--version']).error ? 'no script of util-linux' : undefined

// Standard output of the wrapper is what the terminal shows, its standard input the keys.
const WRAPPER = [
  'sh',
  '-c',
  'size=$1; file=$2; shift 2; ' +
    'exec script --quiet --return --flush --command "stty $size; tty > \'$file\'; exec $(printf "\'%s\' " "$@")" /dev/null',
  'sh',
]

/** Starts the command on a terminal of this size. `environment` is all that it finds in its own. */
export function onScreen(
  argv: readonly string[],
  { columns, rows }: Size,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Screen {
  const directory = mkdtempSync(join(tmpdir(), 'screen-'))
  const file = join(directory, 'tty')
  const [program, ...words] = [...WRAPPER, `cols ${columns} rows ${rows}`, file, ...argv]
  const child = spawn(program!, words, { ...options, stdio: 'pipe' })
  child.stdin.on('error', () => {})
  const emulator = new xterm.Terminal({ cols: columns, rows, scrollback: 1000, allowProposedApi: true })
  let writes = 0
  const seen = emulated(child, emulator, () => void writes++)
  const ended = once(child, 'close').then(async ([code]) => {
    await seen()
    rmSync(directory, { recursive: true })
    return code as number | null
  })
  return {
    emulator,
    ended,
    rows: () => seenRows(emulator),
    text: () => allText(emulator),
    writes: () => writes,
    type: (keys) => void child.stdin.write(keys),
    async resize(columns, rows) {
      await seen()
      spawnSync('stty', ['-F', readFileSync(file, 'utf8').trim(), 'cols', `${columns}`, 'rows', `${rows}`])
      emulator.resize(columns, rows)
    },
    sees: (pattern) => sees(emulator, pattern, child),
    close: () => void child.kill(),
  }
}

/** Lets the emulator show what the command writes; the function waits until it has shown all there is. */
function emulated(child: ChildProcess, emulator: xterm.Terminal, onShown: () => void): () => Promise<void> {
  child.stdout!.on('data', (bytes: Buffer) => emulator.write(bytes, onShown))
  return () => new Promise((resolve) => emulator.write('', resolve))
}

async function sees(emulator: xterm.Terminal, pattern: RegExp, child: ChildProcess): Promise<void> {
  const until = performance.now() + 60_000
  while (!pattern.test(allText(emulator).join('\n'))) {
    if (performance.now() > until || child.exitCode !== null) {
      throw new Error(`${pattern} is not seen:\n${allText(emulator).join('\n')}`)
    }
    await setTimeout(10)
  }
}

function seenRows({ buffer: { active }, rows }: xterm.Terminal): string[] {
  return rowsOf(active, active.baseY, active.baseY + rows)
}

function allText({ buffer: { active } }: xterm.Terminal): string[] {
  const all = rowsOf(active, 0, active.length)
  return all.slice(0, all.findLastIndex((row) => row !== '') + 1)
}

function rowsOf(buffer: xterm.IBuffer, from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, row) => buffer.getLine(from + row)!.translateToString(true))
}
