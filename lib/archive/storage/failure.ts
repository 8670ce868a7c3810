import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { Place } from './storage.ts'

/**
 * What is thrown for an error in a pipeline that writes a file of a place. A full disk is a matter of the place,
 * and comes up in the stream that bytes are written to.
 */
export function placeFailure(error: unknown, place: Place, name: string): unknown {
  if ((error as NodeJS.ErrnoException | undefined)?.syscall === undefined) return error
  return new ElysiaError('ELYSIA_STATE', `${place.text}/${name} could not be written: ${messageOf(error)}`, {
    cause: error,
    hint: 'make room; then the same command with --resume goes on',
  })
}
