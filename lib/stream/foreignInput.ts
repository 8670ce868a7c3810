import { ElysiaError, type ErrorCode } from '../core/errors.ts'

/** An input that its beginning tells to be something else than what is read here. */
export class ForeignInput extends ElysiaError {
  /** The rest of a sentence that begins with the input's name. */
  readonly fact: string

  constructor(code: ErrorCode, fact: string, hint: string) {
    super(code, `the input ${fact}`, { hint })
    this.fact = fact
  }
}

/** What was thrown while an input was read, with the name of that input, for where several are. */
export function ofInput(thrown: unknown, name: string): unknown {
  if (!(thrown instanceof ElysiaError)) return thrown
  const { code, hint } = thrown
  const details = { cause: thrown, ...(hint !== undefined && { hint }) }
  if (thrown instanceof ForeignInput) return new ElysiaError(code, `${name} ${thrown.fact}`, details)
  if (code !== 'ELYSIA_COMPRESSION') return thrown
  return new ElysiaError(code, thrown.message.replace(/\binput\b/, `input ${name}`), details)
}
