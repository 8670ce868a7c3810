import type { Console } from '../../../cli/console.ts'
import type { FailedMember } from '../../../library.ts'

/** Warns of each collection of a set that failed; answers the same, a line each without what to do. */
export function warnOfFailed({ warn }: Pick<Console, 'warn'>, failed: readonly FailedMember[]): string[] {
  return failed.map(({ collection, error }) => {
    const text = `${collection}: ${error.message}`
    warn(error.hint === undefined ? text : `${text}; ${error.hint}`)
    return text
  })
}
