import { pluralize, type VerifyReport } from '../library.ts'

/** The findings of a verification of one archive, for the user. */
export function verificationText(report: VerifyReport): string[] {
  const { archive, location, level, status, parts, parts_checked, objects_checked, faults, seconds } = report
  const objects = objects_checked === 0 ? '' : `, ${pluralize(objects_checked, 'object')}`
  const verdict =
    status === 'unchecked' ? 'nothing was verified' : hasDamagedBase(report) ? 'damaged by a base' : status
  return [
    `${verdict}: ${location} (${archive}), level ${level}: ${parts_checked} of ${pluralize(parts, 'part')}${objects}, ${seconds.toFixed(2)} s`,
    ...faults.flatMap(({ file, fact, ids = [] }) => [
      `  ${file}: ${fact}`,
      ...(ids.length === 0 ? [] : [`    ids: ${ids.join(', ')}`]),
    ]),
    ...(report.stopped ? ['  stopped: --max-errors is reached'] : []),
    ...(report.suggested_command === undefined ? [] : [`to restore the rest: ${report.suggested_command}`]),
  ]
}

/** True for an increment whose own files are intact, while a base is damaged. */
function hasDamagedBase({ faults }: VerifyReport): boolean {
  return faults.length > 0 && faults.every(({ base }) => base !== undefined)
}

/** The archives that are damaged themselves, each once: verified ones, and their bases. */
export function damagedArchives(damaged: readonly VerifyReport[]): string[] {
  const ids = damaged.flatMap(({ archive, faults }) => faults.map(({ base = archive }) => base))
  return [...new Set(ids)]
}

/** The damage in one line: what to look at first, and how many archives cannot be restored because of it. */
export function damageText(damaged: readonly VerifyReport[], all: number): string {
  const own = damaged.filter((report) => !hasDamagedBase(report))
  const { location, faults, suggested_command: command } = (own[0] ?? damaged[0])!
  const more = own.length < 2 ? '' : `, and ${own.length - 1} more of ${pluralize(all, 'archive')}`
  const affected = damaged.length - own.length
  const others =
    own.length === 0 || affected === 0 ? '' : `; ${pluralize(affected, 'increment')} of it cannot be restored`
  const next = command === undefined ? '' : `; to restore the rest: ${command}`
  const verdict = own.length === 0 ? 'damaged by a base' : 'damaged'
  return `${verdict}: ${location}: ${faults[0]?.file}: ${faults[0]?.fact}${more}${others}${next}`
}
