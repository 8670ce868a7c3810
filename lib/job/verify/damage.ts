import { ElysiaError } from '../../core/errors.ts'

/** True for an error that says something of the archive: it is damaged, or a file of it is gone. */
export function isFinding(error: unknown): boolean {
  const code = error instanceof ElysiaError ? error.code : undefined
  return code === 'ELYSIA_DAMAGED' || code === 'ELYSIA_NOT_FOUND' || code === 'ELYSIA_COMPRESSION'
}
