import { ElysiaError, type ErrorCode } from '../library.ts'

/** Exit codes of the command: its interface to scripts. @see SPEC.md, "Exit codes" */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  rejects: 3,
  damage: 4,
  conflict: 5,
  notFound: 10,
  locked: 11,
  refused: 12,
  unreachable: 13,
  hangup: 129,
  interrupt: 130,
  brokenPipe: 141,
  terminated: 143,
} as const

/** The name of an exit code in this program. @see EXIT */
export type ExitName = keyof typeof EXIT

/** A status that the process may exit with. @see EXIT */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** What each exit code means, for users. */
export const EXIT_MEANINGS: Readonly<Record<ExitName, string>> = {
  done: 'done',
  failed: 'failed',
  usage: 'wrong usage: nothing was started',
  rejects: 'finished, but records were rejected, or two sides differ',
  damage: 'damaged input or archive',
  conflict: 'what is there does not fit; nothing was changed',
  notFound: 'a file, collection, tenant or target does not exist',
  locked: 'another process holds the lock',
  refused: 'the server refuses the credentials or the right',
  unreachable: 'the server cannot be reached',
  hangup: 'ended by SIGHUP, after a clean checkpoint',
  interrupt: 'ended by SIGINT, after a clean checkpoint',
  brokenPipe: 'the reader of the output went away',
  terminated: 'ended by SIGTERM, after a clean checkpoint',
}

const BY_CODE: Readonly<Partial<Record<ErrorCode, ExitCode>>> = {
  ELYSIA_USAGE: EXIT.usage,
  ELYSIA_INPUT_MISSING: EXIT.notFound,
  ELYSIA_INPUT_CHANGED: EXIT.conflict,
  ELYSIA_COMPRESSION: EXIT.damage,
  ELYSIA_DAMAGED: EXIT.damage,
  ELYSIA_CONFLICT: EXIT.conflict,
  ELYSIA_NOT_FOUND: EXIT.notFound,
  ELYSIA_LOCKED: EXIT.locked,
  ELYSIA_REFUSED: EXIT.refused,
  ELYSIA_UNREACHABLE: EXIT.unreachable,
}

/** The exit code for an error's code; a code without its own is a failure. */
export function exitOf(code: string | undefined): ExitCode {
  return BY_CODE[code as ErrorCode] ?? EXIT.failed
}

/** The exit code for a thrown error; it is no failure if the reader of the output went away. */
export function exitOfError(error: unknown): ExitCode {
  const code = (error as { readonly code?: unknown } | undefined)?.code
  if (code === 'EPIPE') return EXIT.brokenPipe
  return exitOf(error instanceof ElysiaError ? error.code : undefined)
}

/** The exit code of a process that a signal ended, as in shells. */
export function exitOfSignal(signal: NodeJS.Signals): ExitCode {
  if (signal === 'SIGHUP') return EXIT.hangup
  return signal === 'SIGTERM' ? EXIT.terminated : EXIT.interrupt
}
