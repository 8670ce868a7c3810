import { ElysiaError, type ErrorCode } from '../../core/errors.ts'

/** An error on its way between threads, where classes are lost. */
export interface ThreadFault {
  readonly message: string
  readonly stack: string | undefined
  /** Set for an ElysiaError. */
  readonly elysia:
    | { readonly code: ErrorCode; readonly retryable: boolean; readonly hint?: string }
    | undefined
  /** Its other fields: texts and numbers. */
  readonly fields: Readonly<Record<string, string | number>>
  readonly cause: ThreadFault | undefined
}

const OWN = new Set(['name', 'message', 'stack', 'code', 'hint', 'retryable', 'cause'])

/** The maximum depth of the chain of causes. */
const MOST_CAUSES = 5

/** An error in plain fields that another thread can receive, with its causes down to a depth of `causes`. */
export function faultOf(thrown: unknown, causes = MOST_CAUSES): ThreadFault {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const isOurs = error instanceof ElysiaError
  const { message, stack, cause } = error
  return {
    message,
    stack,
    elysia: isOurs
      ? {
          code: error.code,
          retryable: error.retryable,
          ...(error.hint !== undefined && { hint: error.hint }),
        }
      : undefined,
    fields: fieldsOf(error, isOurs),
    cause: cause === undefined || causes === 0 ? undefined : faultOf(cause, causes - 1),
  }
}

/** Restores an error from another thread, with its fields: an ElysiaError, or a plain Error. */
export function errorOf({ message, stack, elysia, fields, cause }: ThreadFault): Error {
  const details = cause === undefined ? {} : { cause: errorOf(cause) }
  // Even a conflict has its hint already.
  const code = elysia?.code as Exclude<ErrorCode, 'ELYSIA_CONFLICT'> | undefined
  const error =
    code === undefined
      ? new Error(message, details)
      : new ElysiaError(code, message, { ...elysia, ...details })
  if (stack !== undefined) error.stack = stack
  return Object.assign(error, fields)
}

/** Its own fields, such as a system error's `errno` or the part of an archive; our code is kept separately. */
function fieldsOf(error: Error, isOurs: boolean): Record<string, string | number> {
  const fields = Object.entries(error).filter(
    ([name, value]) =>
      (!OWN.has(name) || (name === 'code' && !isOurs)) && ['string', 'number'].includes(typeof value),
  )
  return Object.fromEntries(fields)
}
