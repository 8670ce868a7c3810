import { newRunId } from '../../run/record.ts'
import { withoutAttempts } from './attempts.ts'
import { type FileIdentity, millisecondsOf } from './identity.ts'
import type { WatchEntry } from './log.ts'
import type { FilePosition } from './openedFile.ts'
import type { WatchContext } from './setup.ts'

/** A file changed so recently may change again without another time to show for it. */
const CLOCK_TICK_MS = 1000

/** The entry of a file that is taken from its first byte. */
export async function newEntry(
  { options, rejects }: Pick<WatchContext, 'options' | 'rejects'>,
  identity: FileIdentity,
): Promise<WatchEntry> {
  const run = newRunId()
  return {
    ...identity,
    input: identity.path,
    run,
    status: 'taking',
    pending: options.after,
    rejects: await rejects.own.pathFor(identity.path, run),
    position: undefined,
    reached: undefined,
    attempting: false,
    deaths: 0,
    deathLine: 0,
    gone: false,
  }
}

/** The entry of a file whose run has ended well, and how far it was read. */
export function takenEntry(entry: WatchEntry, position: FilePosition | undefined): WatchEntry {
  const isRecent = Date.now() - millisecondsOf(entry.changed) < CLOCK_TICK_MS
  return {
    ...withoutAttempts(entry),
    status: 'taken',
    position,
    changed: isRecent ? '' : entry.changed,
  }
}

/**
 * The entry of a file whose run has ended well by the journal: its process died before it noted that. Undefined if the
 * run has not ended.
 */
export function endedEntry(
  { run: { context } }: Pick<WatchContext, 'run'>,
  known: WatchEntry,
): WatchEntry | undefined {
  const run = context.state?.journal.find(known.run)
  if (run?.status !== 'done') return undefined
  const lines = (known.reached?.lines ?? 0) + (run.checkpoint?.tally.lines ?? 0)
  return { ...known, status: 'taken', position: known.reached && { ...known.reached, lines } }
}
