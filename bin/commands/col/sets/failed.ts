import type { Console } from '../../../cli/console.ts'
import type { FailedMember } from '../../../library.ts'

/** Warns of each failed collection of a set; returns the same texts, a line each, without the next step. */
export function warnOfFailed({ warn }: Pick<Console, 'warn'>, failed: readonly FailedMember[]): string[] {
  return failed.map(({ collection, error }) => {
    const text = `${collection}: ${error.message}`
    warn(error.hint === undefined ? text : `${text}; ${error.hint}`)
    return text
  })
}
