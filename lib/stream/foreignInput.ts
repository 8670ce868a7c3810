import { ElysiaError, type ErrorCode, rewordError } from '../core/errors.ts'

/** The error for an input whose beginning shows that it is not what was expected. */
export class ForeignInput extends ElysiaError {
  /** The end of a sentence that begins with the input's name. */
  readonly fact: string

  constructor(code: ErrorCode, fact: string, hint: string) {
    super(code, `the input ${fact}`, { hint })
    this.fact = fact
  }
}

/** Adds the name of an input to an error thrown while reading it, for commands with several inputs. */
export function ofInput(thrown: unknown, name: string): unknown {
  if (!(thrown instanceof ElysiaError)) return thrown
  if (thrown instanceof ForeignInput) return rewordError(thrown, `${name} ${thrown.fact}`)
  return thrown.code === 'ELYSIA_COMPRESSION' ? rewordError(thrown, `${name}: ${thrown.message}`) : thrown
}
