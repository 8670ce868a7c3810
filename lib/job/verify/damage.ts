import { ElysiaError } from '../../core/errors.ts'

/** True for an error about the archive itself: it is damaged, or a file of it is missing. */
export function isFinding(error: unknown): boolean {
  const code = error instanceof ElysiaError ? error.code : undefined
  return code === 'ELYSIA_DAMAGED' || code === 'ELYSIA_NOT_FOUND' || code === 'ELYSIA_COMPRESSION'
}
