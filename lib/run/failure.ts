import { ElysiaError, messageOf } from '../core/errors.ts'

/** An error as reports, rows and events hold it. */
export interface Failure {
  readonly code: string
  readonly message: string
}

/** Whatever was thrown, for a report or a row. */
export function failureOf(error: unknown): Failure {
  return { code: error instanceof ElysiaError ? error.code : 'ELYSIA_INTERNAL', message: messageOf(error) }
}

/** An error as an event shows it, with the next step if the error names one. */
export function hintedFailure(error: unknown): Failure & { readonly hint?: string } {
  const hint = error instanceof ElysiaError ? error.hint : undefined
  return { ...failureOf(error), ...(hint !== undefined && { hint }) }
}
