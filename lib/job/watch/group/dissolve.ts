import { rm } from 'node:fs/promises'
import type { WatchEntry } from '../log.ts'
import type { Watching } from '../setup.ts'

/**
 * Forgets what was taken of a group of which one file cannot be read as before: what was left out of the others may be
 * nowhere else. They are taken again from their first lines, and their rejects begin anew. `kept` is what is still to
 * be remembered of one of them.
 */
export async function dissolve(
  watching: Watching,
  entries: readonly WatchEntry[],
  kept?: WatchEntry,
): Promise<void> {
  const { log, rejects, run } = watching
  const { journal } = run.context.state ?? {}
  const rejectsFrom = log.groups.find()?.rejectsFrom
  log.together(() => {
    for (const entry of entries) log.forget(entry)
    if (kept !== undefined) log.begin(kept)
    if (rejectsFrom !== undefined) rejects.shared?.rewind(rejectsFrom)
    log.groups.close()
  })
  for (const { input, rejects: own, run: id } of entries) {
    if (own !== undefined)
      await Promise.all([own, `${own}.${id}.part`].map((path) => rm(path, { force: true })))
    if (journal === undefined || journal.find(id)?.checkpoint !== undefined)
      run.emit({ type: 'file_started_over', path: input, reason: 'group_changed' })
  }
}
