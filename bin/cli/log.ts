import { type ConsolaInstance, createConsola, LogLevels } from 'consola/core'

/** A logged message: lines for the user, or a thrown error. */
export type LogMessage = unknown

/** The severity of a message: decides its mark, and at which level it is shown. */
export type LogType = 'error' | 'warn' | 'info' | 'debug'

/** Shows messages, and asks questions. */
export interface LogOutput {
  show(type: LogType, what: LogMessage): void
  /** The answer; undefined if nobody can answer any more. */
  ask(question: string): Promise<string | undefined>
}

/** A log with levels; made by consola, which formats nothing and drops no repetition. */
export interface Log {
  error(what: LogMessage): void
  warn(what: LogMessage): void
  /** Not with --quiet. */
  info(what: LogMessage): void
  /** With --verbose. */
  debug(what: LogMessage): void
  ask(question: string): Promise<string | undefined>
}

/** Shows errors, warnings and notes without --quiet; with it only errors. */
export function leveledLog({ quiet, verbose }: { quiet: boolean; verbose: boolean }, output: LogOutput): Log {
  const consola = createConsola({
    level: quiet ? LogLevels.error : verbose ? LogLevels.debug : LogLevels.info,
    // Not even if the clock was set back.
    throttle: 0,
    throttleMin: Number.POSITIVE_INFINITY,
    reporters: [{ log: ({ type, args }) => output.show(type as LogType, args[0]) }],
    // Its own prompts write to stdout, which is for data.
    prompt: output.ask as NonNullable<ConsolaInstance['options']['prompt']>,
  })
  return {
    error: (what) => consola.error.raw(what),
    warn: (what) => consola.warn.raw(what),
    info: (what) => consola.info.raw(what),
    debug: (what) => consola.debug.raw(what),
    ask: (question) => consola.prompt(question, { type: 'text', cancel: 'undefined' }),
  }
}
