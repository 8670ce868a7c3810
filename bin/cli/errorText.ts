import { ElysiaError, messageOf } from '../library.ts'

/** The reason for the exit code, if nothing was thrown. */
export class Failure {
  readonly message: string
  readonly exit: number

  constructor(message: string, exit: number) {
    this.message = message
    this.exit = exit
  }
}

/** An error in the form for programs. */
export function asDocument(thrown: unknown): object {
  if (thrown instanceof Failure) return { exit: thrown.exit, message: thrown.message }
  if (!(thrown instanceof ElysiaError)) return { code: 'ELYSIA_INTERNAL', message: messageOf(thrown) }
  const { code, message, hint } = thrown
  return { code, message, ...(hint !== undefined && { hint }) }
}

/**
 * An error in lines for the user; in quiet mode one line, which says where to look. An error that is neither ours nor
 * the system's is a defect: it includes the stack.
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

/** For a full disk or a closed descriptor the system's message says everything. */
function isDefect(thrown: unknown): boolean {
  const isOfSystem = (thrown as NodeJS.ErrnoException | undefined)?.syscall !== undefined
  return !(thrown instanceof ElysiaError || isOfSystem)
}

function origin(thrown: unknown): string[] {
  if (!(thrown instanceof Error)) return []
  // The stack repeats a message of several lines, which is not part of the origin.
  const stack = thrown.stack?.split('\n').filter((line) => /^ +at /.test(line)) ?? []
  const cause = thrown.cause === undefined ? [] : [`caused by: ${messageOf(thrown.cause)}`]
  return [...stack, ...cause]
}
