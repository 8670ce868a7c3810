import { commandLine } from '../../../cli/signal/commandLine.ts'
import type { MigrateReport } from '../../../library.ts'
import { copySummary } from '../copying/summary.ts'

/** A report for the user; the last lines are the commands that may follow. */
export function migrateSummary(report: MigrateReport): string[] {
  const { status, alias, before, class: name, means, copy, left_behind } = report
  const copied = copy === null ? [] : copySummary(copy, undefined)
  const left = left_behind.map((what) => `${what} still leads to ${before}`)
  switch (status) {
    case 'planned':
      return [...copied, `${alias} would mean ${name}, and not ${before}`, ...left]
    case 'migrated':
      return [...copied, `${alias} means ${name} now, ${before} before`, ...left, ...ways(report)]
    case 'undone':
      return [
        `${alias} means ${before} again; what was written since is in ${name}`,
        `remove that with: ${commandLine(['col', 'rm', name])}`,
      ]
    case 'dropped':
      return [`${before} is removed; ${alias} means ${name}`]
    default:
      return [...copied, `${alias} ${means === null ? 'is not there' : `means ${means}`}`]
  }
}

function ways({ alias, before, copy }: MigrateReport): string[] {
  if (copy === null) return []
  return [
    `go back with: ${commandLine(['col', 'migrate', alias, '--undo'])}`,
    `remove ${before} with: ${commandLine(['col', 'migrate', alias, '--drop-old'])}`,
  ]
}
