import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { styleText } from 'node:util'
import type { ConsoleOptions } from './consoleOptions.ts'
import { ElysiaError, messageOf } from './library.ts'

/** How the command speaks: data on stdout, everything else on stderr. */
export interface Console {
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  /** A line for a person; not shown with --quiet. */
  note(message: string): void
  /** A line for a person who asked for more, with --verbose. */
  detail(message: string): void
  /** As `note`, marked as a warning. */
  warn(message: string): void
  /** What went wrong and the next step; with --json one line `{code, message, hint}`. Always shown. */
  error(thrown: unknown): void
  /** Text to stdout, as fast as its reader takes it. @throws EPIPE where the reader went away */
  data(source: string | Iterable<string> | AsyncIterable<string>, signal?: AbortSignal): Promise<void>
  /** One JSON document and a newline to stdout. */
  document(value: unknown): Promise<void>
}

/** The console of this process. */
export function processConsole({ json, quiet, verbose }: ConsoleOptions): Console {
  const line = (text: string) => void process.stderr.write(`${text}\n`)
  const data: Console['data'] = (source, signal) => {
    const chunks = typeof source === 'string' ? [source] : source
    return pipeline(Readable.from(chunks), stdout(), { ...(signal && { signal }) })
  }
  return {
    json,
    quiet,
    verbose,
    note: (message) => quiet || line(message),
    detail: (message) => !verbose || quiet || line(message),
    warn: (message) => quiet || line(`${mark('yellow', 'warning')}: ${message}`),
    error: (thrown) => line(json ? JSON.stringify(describe(thrown)) : tell(thrown, verbose)),
    data,
    document: (value) => data(`${JSON.stringify(value)}\n`),
  }
}

/** Standard output as a stream that can be ended without closing it, and that waits for each write. */
function stdout(): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string, _, callback) {
      process.stdout.write(chunk, callback)
    },
  })
}

/** What a program reads of an error. */
function describe(thrown: unknown): { code: string; message: string; hint?: string } {
  if (!(thrown instanceof ElysiaError)) return { code: 'ELYSIA_INTERNAL', message: messageOf(thrown) }
  const { code, message, hint } = thrown
  return { code, message, ...(hint !== undefined && { hint }) }
}

/** What a person reads of an error. One that is neither ours nor the system's is a defect: its stack is worth having. */
function tell(thrown: unknown, verbose: boolean): string {
  const lines = [`${mark('red', 'error')}: ${messageOf(thrown)}`]
  if (thrown instanceof ElysiaError && thrown.hint !== undefined) lines.push(`hint: ${thrown.hint}`)
  if (verbose || !(thrown instanceof ElysiaError || isOfSystem(thrown))) lines.push(...origin(thrown))
  return lines.join('\n')
}

/** A full disk, a closed descriptor: its message says all there is. */
function isOfSystem(thrown: unknown): boolean {
  return (thrown as NodeJS.ErrnoException | undefined)?.syscall !== undefined
}

function origin(thrown: unknown): string[] {
  if (!(thrown instanceof Error)) return []
  const stack = thrown.stack?.split('\n').slice(1) ?? []
  const cause = thrown.cause === undefined ? [] : [`caused by: ${messageOf(thrown.cause)}`]
  return [...stack, ...cause]
}

/** Coloured where stderr is a terminal that shows colours, and NO_COLOR is not set. */
function mark(colour: 'red' | 'yellow', text: string): string {
  return styleText(colour, text, { stream: process.stderr })
}
