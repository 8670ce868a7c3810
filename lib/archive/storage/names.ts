import { ElysiaError } from '../../core/errors.ts'

/** True for a path that stays below its base: relative, forward slashes, no `.` and `..`. */
export function isSafeName(name: string): boolean {
  if (name === '' || name.length > 1024 || name.includes('\\') || name.includes('\0')) return false
  return name.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..')
}

/** The segments of a name. @throws ElysiaError ELYSIA_DAMAGED for a name that would lead outside */
export function segmentsOf(name: string): string[] {
  if (isSafeName(name)) return name.split('/')
  throw new ElysiaError('ELYSIA_DAMAGED', `${JSON.stringify(name)} leads out of its archive`, {
    hint: 'this archive was not made by elysiactl: do not trust it',
  })
}
