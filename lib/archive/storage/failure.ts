import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { Storage } from './storage.ts'

/**
 * The error to throw when a pipeline that writes a file of a storage fails. A full disk shows as an error of the
 * stream that bytes are written to.
 */
export function storageFailure(error: unknown, storage: Storage, name: string): unknown {
  if ((error as NodeJS.ErrnoException | undefined)?.syscall === undefined) return error
  return new ElysiaError(
    'ELYSIA_STATE',
    `${storage.text}/${name} could not be written: ${messageOf(error)}`,
    {
      cause: error,
      hint: 'free some space; then continue with the same command and --resume',
    },
  )
}
