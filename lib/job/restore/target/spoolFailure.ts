import { ElysiaError, messageOf } from '../../../core/errors.ts'

/** A handler for a failed write of `what` in the state directory. @throws ElysiaError ELYSIA_STATE, always */
export function spoolFailure(what: string, next = 'run the same command again'): (cause: unknown) => never {
  return (cause) => {
    throw new ElysiaError('ELYSIA_STATE', `${what} cannot be kept on the disk: ${messageOf(cause)}`, {
      cause,
      hint: `make room in the state directory, then ${next}`,
    })
  }
}
