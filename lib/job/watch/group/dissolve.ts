import { rm } from 'node:fs/promises'
import { basename } from 'node:path'
import { hashOfPrefix } from '../../../file/prefix.ts'
import type { CheckpointState } from '../../../run/checkpoint.ts'
import { sizeOf } from '../../../run/rejectsFile.ts'
import { pathExists } from '../identity.ts'
import type { WatchEntry } from '../log.ts'
import type { WatchContext } from '../setup.ts'

/**
 * Forgets what was taken of a group of which one file cannot be read as before: what was left out of the others may be
 * nowhere else. They are taken again from their first lines, and their rejects start again. `keptEntry` is what is still
 * to be remembered of one of them.
 */
export async function dissolveGroup(
  watching: WatchContext,
  entries: readonly WatchEntry[],
  keptEntry?: WatchEntry,
): Promise<void> {
  const { log, rejects, run } = watching
  const { journal } = run.context.state ?? {}
  const group = log.groups.find()
  log.together(() => {
    for (const entry of entries) log.forget(entry)
    if (keptEntry !== undefined) log.begin(keptEntry)
    if (group?.rejects !== undefined) rejects.shared?.rewind(group.runs, group.rejects)
    log.groups.close()
  })
  for (const entry of entries) {
    const checkpoint = journal?.find(entry.run)?.checkpoint
    await removeRejects(entry, checkpoint)
    if (journal === undefined || checkpoint !== undefined)
      run.emit({ type: 'file_started_over', path: entry.input, reason: 'group_changed' })
  }
}

/** What lies under the name of a file's rejects may be of another run by now, which chose it as well: that stays. */
async function removeRejects(
  { rejects: own, run }: WatchEntry,
  checkpoint: CheckpointState | undefined,
): Promise<void> {
  if (own === undefined) return
  const part = `${own}.${run}.part`
  const isPlaced = !(await pathExists(part))
  await rm(part, { force: true })
  if (basename(own).startsWith(`${run}.`) || (isPlaced && isWhatWasWritten(own, checkpoint)))
    await rm(own, { force: true })
}

function isWhatWasWritten(path: string, checkpoint: CheckpointState | undefined): boolean {
  if (checkpoint?.rejectsDigest === undefined || checkpoint.rejectsBytes === 0) return false
  const { rejectsBytes, rejectsDigest } = checkpoint
  return sizeOf(path) === rejectsBytes && hashOfPrefix(path, rejectsBytes)?.digest('hex') === rejectsDigest
}
