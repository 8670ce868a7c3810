import { maskSecrets } from './secrets.ts'

/**
 * Codes of the errors that end a run. They are part of the interface: they never change within a major version, while
 * messages may. SPEC.md, "Errors"; a test compares the two.
 */
export const ERROR_CODES = {
  ELYSIA_USAGE: 'an option, argument or configuration value is wrong',
  ELYSIA_INPUT: 'an input could not be read',
  ELYSIA_INPUT_MISSING: 'an input file does not exist',
  ELYSIA_INPUT_CHANGED: 'the input differs from that of the interrupted run',
  ELYSIA_PRODUCER: 'the command that produces the input failed',
  ELYSIA_COMPRESSION: 'compressed input is damaged or cut short',
  ELYSIA_DAMAGED: 'an archive is damaged, cut short or incomplete',
  ELYSIA_INCOMPLETE:
    'a backup or a restore does not hold exactly what its source holds, so it does not count',
  ELYSIA_TOO_MANY_REJECTS: 'more records were rejected than --max-errors allows',
  ELYSIA_CONFLICT: 'what is there does not fit what is asked, and nothing was changed',
  ELYSIA_NOT_FOUND: 'a collection, tenant or target does not exist',
  ELYSIA_LOCKED: 'another process holds the lock',
  ELYSIA_REFUSED: 'the server refuses the credentials or the right',
  ELYSIA_UNREACHABLE: 'the server cannot be reached, or was unreachable for longer than --retry-for',
  ELYSIA_STORE: 'the store failed, and a retry would not help',
  ELYSIA_STATE: 'the state, checkpoint or rejects file could not be written',
  ELYSIA_KILLED: 'the process of a run disappeared; only the history says so',
  ELYSIA_INTERNAL: 'an unexpected error: a defect',
  ELYSIA_ACCOUNTING: 'the sums do not add up: a defect, never to be passed over',
} as const

/** What went wrong; a stable code, on which programs may rely, unlike on the message. @see ERROR_CODES */
export type ErrorCode = keyof typeof ERROR_CODES

/** What an error says besides its code and message. */
export interface ErrorDetails {
  /** True if the same call may succeed later: the caller then waits and repeats it. */
  readonly retryable?: boolean
  readonly cause?: unknown
  /** What to do next, as a sentence for a person. */
  readonly hint?: string
  /** How long the server asked us to wait. */
  readonly retryAfterMs?: number
  /** True if the first repeat need not wait: a connection broke, and the server may be as well as before. */
  readonly retryAtOnce?: boolean
}

/**
 * An error that ends a run. `message` says what happened, and to what; `hint` gives the next step; neither shows a
 * credential.
 */
export class ElysiaError extends Error {
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly hint: string | undefined
  readonly retryAfterMs: number | undefined
  readonly retryAtOnce: boolean

  /** A conflict needs a hint that says what would work instead. */
  constructor(code: Exclude<ErrorCode, 'ELYSIA_CONFLICT'>, message: string, details?: ErrorDetails)
  constructor(code: ErrorCode, message: string, details: ErrorDetails & { readonly hint: string })
  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(maskSecrets(message), details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'ElysiaError'
    this.code = code
    this.retryable = details.retryable ?? false
    this.hint = details.hint === undefined ? undefined : maskSecrets(details.hint)
    this.retryAfterMs = details.retryAfterMs
    this.retryAtOnce = details.retryAtOnce ?? false
  }
}

/** Wraps an error in a clearer message: keeps its code and hint, and makes it the cause. */
export function rewordError(error: ElysiaError, message: string): ElysiaError {
  // Even a conflict has its hint already.
  const code = error.code as Exclude<ErrorCode, 'ELYSIA_CONFLICT'>
  return new ElysiaError(code, message, {
    cause: error,
    ...(error.hint !== undefined && { hint: error.hint }),
  })
}

/** The message of anything thrown, without credentials. */
export function messageOf(thrown: unknown): string {
  return maskSecrets(thrown instanceof Error ? thrown.message : String(thrown))
}
