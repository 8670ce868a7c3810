import { ElysiaError, messageOf } from '../library.ts'

/** Why the exit code is what it is, where nothing was thrown. */
export class Failure {
  readonly message: string
  readonly exit: number

  constructor(message: string, exit: number) {
    this.message = message
    this.exit = exit
  }
}

/** What a program reads of an error. */
export function asDocument(thrown: unknown): object {
  if (thrown instanceof Failure) return { exit: thrown.exit, message: thrown.message }
  if (!(thrown instanceof ElysiaError)) return { code: 'ELYSIA_INTERNAL', message: messageOf(thrown) }
  const { code, message, hint } = thrown
  return { code, message, ...(hint !== undefined && { hint }) }
}

/**
 * What a person reads of an error, line by line; quietly one line, which says where to look. One that is neither ours
 * nor the system's is a defect: its stack is worth having.
 */
export function asLines(
  thrown: unknown,
  { quiet, verbose }: { readonly quiet: boolean; readonly verbose: boolean },
): string[] {
  if (thrown instanceof Failure) return [thrown.message]
  if (quiet) return [asOneLine(thrown)]
  const lines = [messageOf(thrown)]
  if (thrown instanceof ElysiaError && thrown.hint !== undefined) lines.push(`hint: ${thrown.hint}`)
  return verbose || isDefect(thrown) ? [...lines, ...origin(thrown)] : lines
}

function asOneLine(thrown: unknown): string {
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
