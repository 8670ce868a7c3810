import { ElysiaError } from '../../../core/errors.ts'
import { hintedFailure } from '../../../run/failure.ts'
import type { RestoreRun } from '../run.ts'
import { isOnce } from '../source/source.ts'

/** Errors that only mean that the bytes of the source are incomplete. */
const DAMAGE = new Set(['ELYSIA_DAMAGED', 'ELYSIA_COMPRESSION', 'ELYSIA_INPUT'])

/**
 * Removes the class that a failed restore made if no later restore can continue it: a pipe can be read only once, and a
 * corrected plain file is another source. Otherwise the next attempt would find that class. Never touches what existed
 * before, nor the class of an archive that lies in files.
 */
export async function removeCreatedClass(
  { store, source, frame, ...run }: RestoreRun,
  error: unknown,
): Promise<void> {
  if (run.existing !== undefined || run.continues || !run.kept.log.made || !isLost(source, error)) return
  try {
    if (!(await store.drop(run.class))) return
    run.kept.log.forget()
    await run.kept.spool.remove()
    frame.emit({ type: 'collection_removed', collection: run.class })
  } catch (thrown) {
    frame.emit({ type: 'collection_removed', collection: run.class, error: hintedFailure(thrown) })
  }
}

function isLost(source: RestoreRun['source'], error: unknown): boolean {
  const { kind } = source
  if (isOnce(source)) return true
  if (kind === 'archive' || kind === 'file' || kind === 'collection') return false
  return error instanceof ElysiaError && DAMAGE.has(error.code)
}
