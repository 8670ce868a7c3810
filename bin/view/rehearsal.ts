import { pluralize, type RehearseReport, roughSize } from '../library.ts'
import { shortTarget } from './target.ts'

/** The findings of a rehearsal, for the user. */
export function rehearsalText(report: RehearseReport): string[] {
  const { status, archive, collection, location, written, bytes, target } = report
  const { restore_seconds, compare_seconds, expired = 0, faults } = report
  const subject = archive === '' ? location : `${archive} (${collection})`
  if (status === 'proved') {
    const gone = expired === 0 ? '' : `, of which ${expired} have expired`
    return [
      `proved: ${subject}: ${pluralize(written, 'object')}, ${roughSize(bytes)}, restored into ${shortTarget(target)} in ${restore_seconds.toFixed(2)} s`,
      `each object is that of the archive${gone} (compared in ${compare_seconds.toFixed(2)} s); the scratch is removed`,
    ]
  }
  return [
    `${status}: ${subject}${target === '' ? '' : `, into ${target}`}`,
    ...faults.flatMap(({ fact, ids = [] }) => [
      `  ${fact}`,
      ...(ids.length === 0 ? [] : [`    ids: ${ids.join(', ')}`]),
    ]),
  ]
}
