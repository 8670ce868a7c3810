import { findLocks } from '../../catalog/lock/files.ts'
import { isDead, ownerText } from '../../catalog/lock/process.ts'
import { messageOf } from '../../core/errors.ts'
import { type Check, checksOf } from './check.ts'

/** Finds locks on archive directories: held ones, and those left by processes that are gone. */
export async function checkLocks(roots: readonly string[]): Promise<Check[]> {
  const { ok, warning, fault } = checksOf('locks')
  const checks: Check[] = []
  for (const root of roots) {
    try {
      for (const { file, record } of await findLocks(root)) {
        if (record === undefined) {
          checks.push(warning(file, 'says nothing', 'if it is not a lock, move it away'))
          continue
        }
        const lockText = `${record.purpose} since ${record.since} (${ownerText(record)})`
        if (!isDead(record)) checks.push(ok(root, `held: ${lockText}`))
        else
          checks.push(
            warning(root, `left by a process that is gone: ${lockText}`, '`elysiactl col catalog unlock`'),
          )
      }
    } catch (error) {
      checks.push(
        fault(root, messageOf(error), 'give the directory back to yourself, or move its .locks away'),
      )
    }
  }
  return checks.length > 0 ? checks : [ok('archives', 'nobody holds a lock')]
}
