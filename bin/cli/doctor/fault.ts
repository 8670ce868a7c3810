import { type Check, ElysiaError, messageOf } from '../../library.ts'

/** An error as a check result, with its next step. */
export function faultOf(check: Pick<Check, 'area' | 'subject'>, error: unknown): Check {
  const next = error instanceof ElysiaError ? error.hint : undefined
  return { ...check, level: 'fault', fact: messageOf(error), ...(next !== undefined && { next }) }
}
