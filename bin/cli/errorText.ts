import { ElysiaError, messageOf } from '../library.ts'

/** What a program reads of an error. */
export function describe(thrown: unknown): { code: string; message: string; hint?: string } {
  if (!(thrown instanceof ElysiaError)) return { code: 'ELYSIA_INTERNAL', message: messageOf(thrown) }
  const { code, message, hint } = thrown
  return { code, message, ...(hint !== undefined && { hint }) }
}

/**
 * What a person reads of an error, line by line. One that is neither ours nor the system's is a defect: its stack is
 * worth having.
 */
export function tell(thrown: unknown, verbose: boolean): string[] {
  const lines = [messageOf(thrown)]
  if (thrown instanceof ElysiaError && thrown.hint !== undefined) lines.push(`hint: ${thrown.hint}`)
  return verbose || isDefect(thrown) ? [...lines, ...origin(thrown)] : lines
}

/** The same where one line is all there may be: what failed, and where to look. */
export function tellInOneLine(thrown: unknown): string {
  const hint = thrown instanceof ElysiaError ? thrown.hint : isDefect(thrown) ? '-v shows where' : undefined
  return hint === undefined ? messageOf(thrown) : `${messageOf(thrown)}; ${hint}`
}

/** A full disk, a closed descriptor: the message of the system says all there is. */
function isDefect(thrown: unknown): boolean {
  const isOfSystem = (thrown as NodeJS.ErrnoException | undefined)?.syscall !== undefined
  return !(thrown instanceof ElysiaError || isOfSystem)
}

function origin(thrown: unknown): string[] {
  if (!(thrown instanceof Error)) return []
  // A message of several lines stands in the stack as well, and is no part of where it came from.
  const stack = thrown.stack?.split('\n').filter((line) => /^ +at /.test(line)) ?? []
  const cause = thrown.cause === undefined ? [] : [`caused by: ${messageOf(thrown.cause)}`]
  return [...stack, ...cause]
}
