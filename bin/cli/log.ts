import { type ConsolaInstance, createConsola, LogLevels } from 'consola/core'

/** What is logged: lines for a person, or what was thrown. */
export type Logged = unknown

/** As what a message counts: it decides the mark before it, and who hears of it. */
export type LogType = 'error' | 'warn' | 'info' | 'debug'

/** Who shows what is logged, and who asks. */
export interface LogOutput {
  show(type: LogType, what: Logged): void
  /** The answer; undefined where nobody can answer any more. */
  ask(question: string): Promise<string | undefined>
}

/** Levels, and who is told what; made by consola, which formats nothing and leaves nothing out as repeated. */
export interface Log {
  error(what: Logged): void
  warn(what: Logged): void
  /** Not with --quiet. */
  info(what: Logged): void
  /** With --verbose. */
  debug(what: Logged): void
  ask(question: string): Promise<string | undefined>
}

/** Without --quiet errors, warnings and notes are shown; with it errors alone. */
export function leveledLog({ quiet, verbose }: { quiet: boolean; verbose: boolean }, output: LogOutput): Log {
  const consola = createConsola({
    level: quiet ? LogLevels.error : verbose ? LogLevels.debug : LogLevels.info,
    // Nor where the clock was put back.
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
