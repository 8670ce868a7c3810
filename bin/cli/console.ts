import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { styleText } from 'node:util'
import { type Footer, terminalFooter } from '../view/footer.ts'
import { visible, visibleJson } from '../view/visible.ts'
import type { ConsoleOptions } from './consoleOptions.ts'
import { asDocument, asLines, Failure } from './errorText.ts'
import { type LogType, leveledLog } from './log.ts'

/** One or more lines. A line break inside one is foreign text, and is printed as `\n`. */
export type Lines = string | readonly string[]

/**
 * The command's output: data on stdout, everything else on stderr. Nothing else writes to either. Makes every text
 * visible, so that callers pass on names and messages unchanged.
 */
export interface Console {
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  /** How the progress of a job is shown; with `json` everything on stderr is JSON lines. */
  readonly progress: ConsoleOptions['progress']
  /** True if stdout is a terminal. */
  readonly printsToTerminal: boolean
  /** The width of that terminal; undefined if there is none, or it is unknown. */
  readonly columns: number | undefined
  /** A message for the user; not shown with --quiet. */
  note(message: Lines): void
  /** As `note`, but not logged: the progress of a job, and the output of the user's own programs. */
  aside(message: Lines): void
  /** A detail, shown with --verbose. */
  detail(message: Lines): void
  /** As `note`, marked as a warning. */
  warn(message: string): void
  /** An error and the next step; with --json one line `{code, message, hint}`. Always shown; with -q in one line. */
  error(thrown: unknown): void
  /** The reason for the exit code, if no error was thrown: the only line that --quiet leaves. */
  failure(why: string, exit: number): void
  /** An answer that the user requested with a signal: shown even with --quiet. */
  answer(message: string): void
  /** Prints a JSON document as one line on stderr. */
  line(document: object): void
  /** Asks at the terminal; returns the trimmed answer, or undefined if the terminal went away. */
  ask(question: string): Promise<string | undefined>
  /** Prints lines to stdout, as fast as they are read. @throws EPIPE if the reader went away */
  print(lines: Source, signal?: AbortSignal): Promise<void>
  /** The same, in color if stdout is a terminal with colors, and NO_COLOR is not set. */
  printColored(lines: readonly ColoredLine[]): Promise<void>
  /** Prints pieces of JSON text, divided anywhere except inside a character, to stdout. @throws as `print` */
  printJson(pieces: Source, signal?: AbortSignal): Promise<void>
  /** Prints one JSON document and a newline to stdout. */
  document(value: unknown): Promise<void>
  /** Stdout for binary data. Ending it does not close stdout. */
  bytes(): Writable
  /**
   * The line at the bottom of the terminal, above which everything else is written; undefined if stderr cannot have
   * one, with --quiet and with --json.
   */
  footer(): Promise<Footer | undefined>
}

/** A line for stdout, with its color for a terminal that shows colors. */
export interface ColoredLine {
  readonly text: string
  readonly color?: 'red' | 'green'
}

type Source = Iterable<string> | AsyncIterable<string>

/** Called with every message to the user, shown or not: notes, warnings and errors, line by line. */
export type OnMessage = (type: LogType, text: string) => void

/** The console of this process. */
export function processConsole(
  options: Omit<ConsoleOptions, 'progress'> & Partial<ConsoleOptions>,
  heard: OnMessage = () => {},
): Console {
  const { json, quiet, verbose, progress = 'auto' } = options
  let footer: Footer | undefined
  const above = (write: () => void) => (footer === undefined ? write() : footer.above(write))
  const put = (text: string) => above(() => void process.stderr.write(text))
  const line = (document: object) => put(`${visibleJson(JSON.stringify(document))}\n`)
  const show = (type: LogType, what: unknown) => {
    if (progress === 'json') return line(messageOf(type, what))
    if (type === 'error' && json) return line(asDocument(what))
    const lines = type === 'error' ? asLines(what, { quiet, verbose }) : [what as Lines].flat()
    put(lines.map((line, index) => `${index === 0 ? mark(type) : ''}${visible(line)}\n`).join(''))
  }
  const log = leveledLog({ quiet, verbose }, { show, ask })
  return {
    json,
    quiet,
    verbose,
    progress,
    answer: (message) => put(`${visible(message)}\n`),
    line,
    printsToTerminal: process.stdout.isTTY === true,
    get columns() {
      return process.stdout.columns || undefined
    },
    note(message) {
      heard('info', [message].flat().join('\n'))
      log.info(message)
    },
    aside: log.info,
    detail: log.debug,
    warn(message) {
      heard('warn', message)
      log.warn(message)
    },
    error(thrown) {
      heard('error', asLines(thrown, { quiet: false, verbose: false }).join('\n'))
      log.error(thrown)
    },
    failure(why, exit) {
      heard('error', why)
      if (quiet) log.error(new Failure(why, exit))
    },
    ask: (question) => log.ask(visible(question)),
    print: (lines, signal) => flow(Readable.from(printed(lines)), signal),
    printColored: (lines) => flow(Readable.from(lines.map(colored))),
    printJson: (pieces, signal) => flow(Readable.from(mapped(pieces, visibleJson)), signal),
    document: (value) => flow(Readable.from([`${visibleJson(JSON.stringify(value))}\n`])),
    bytes: stdout,
    async footer() {
      if (quiet || (json && progress !== 'bar') || !canMoveCursor()) return undefined
      footer ??= await terminalFooter(process.stderr)
      return footer
    },
  }
}

/** A message as a line of `--progress json`. */
function messageOf(type: LogType, what: unknown) {
  const at = new Date().toISOString()
  if (type === 'error') return { message_type: 'error', at, ...asDocument(what) }
  return { message_type: 'message', at, level: type, text: [what as Lines].flat().join('\n') }
}

/** True for a terminal with a known width and a movable cursor. */
function canMoveCursor(): boolean {
  return process.stderr.isTTY === true && process.stderr.columns > 0 && process.env.TERM !== 'dumb'
}

/** Keeps the process alive if the reader of stdout or stderr goes away: it must still report everything elsewhere. */
export function surviveClosedOutput(): void {
  process.stderr.on('error', () => {})
  process.stdout.on('error', () => {})
}

async function ask(question: string): Promise<string | undefined> {
  const { createInterface } = await import('node:readline/promises')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const ended = new AbortController()
  terminal.once('close', () => ended.abort())
  try {
    return (await terminal.question(question, { signal: ended.signal })).trim()
  } catch {
    return undefined
  } finally {
    terminal.close()
  }
}

/** The lines as pieces to write: those that are all available are one write. */
function printed(lines: Source): Iterable<string> | AsyncIterable<string> {
  return Array.isArray(lines) ? [lines.map(lineOf).join('')] : mapped(lines, lineOf)
}

function lineOf(text: string): string {
  return `${visible(text)}\n`
}

function colored({ text, color }: ColoredLine): string {
  const shown = visible(text)
  return `${color === undefined ? shown : styleText(color, shown, { stream: process.stdout })}\n`
}

async function* mapped(source: Source, change: (text: string) => string): AsyncGenerator<string> {
  for await (const text of source) yield change(text)
}

function flow(source: Readable, signal?: AbortSignal): Promise<void> {
  return pipeline(source, stdout(), { ...(signal && { signal }) })
}

/** Standard output as a stream that can be ended without closing it, and that waits for each write. */
function stdout(): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _, callback) {
      process.stdout.write(chunk, callback)
    },
  })
}

/** Colored if stderr is a terminal with colors, and NO_COLOR is not set. */
function mark(type: LogType): string {
  const { [type]: kind } = MARKS
  return kind === undefined ? '' : `${styleText(kind.color, kind.text, { stream: process.stderr })}: `
}

const MARKS: Readonly<Partial<Record<LogType, { color: 'red' | 'yellow'; text: string }>>> = {
  error: { color: 'red', text: 'error' },
  warn: { color: 'yellow', text: 'warning' },
}
