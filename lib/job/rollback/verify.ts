import { ElysiaError } from '../../core/errors.ts'
import { pluralize } from '../../core/units.ts'
import { decideRollback } from './decide.ts'
import { countingEntries, existingObjects, throwIfStopped } from './putBack.ts'
import type { RollbackRun } from './run.ts'

/**
 * Reads everything that the run touched again: it must be as before, or was left alone. Memory: a batch.
 * @throws ElysiaError ELYSIA_INCOMPLETE
 */
export async function verifyBack(run: RollbackRun): Promise<void> {
  const { index, deciding, progress, kept, frame } = run
  let [unchanged, other, done] = [0, 0, 0]
  const ids: string[] = []
  for await (const entries of countingEntries(run)) {
    throwIfStopped(run)
    const existing = await existingObjects(run, entries)
    for (const entry of entries) {
      if (decideRollback(existing.get(entry.id), index.find(entry)!, deciding) === 'unchanged') unchanged += 1
      else {
        other += 1
        if (ids.length < 5) ids.push(entry.id)
      }
    }
    done += entries.length
    frame.emit({ type: 'progress', unit: 'objects', phase: 'reading back', done, total: index.objects })
  }
  progress.verified = unchanged
  // Each refused reference leaves at most one object that is not as before.
  if (other <= progress.fates.left + progress.rejected + progress.referencesRejected) return
  const fact = `${pluralize(other, 'object')} of ${kept.header.class} ${other === 1 ? 'is' : 'are'} not as before ${kept.header.run}`
  throw new ElysiaError('ELYSIA_INCOMPLETE', `${fact}: ${ids.join(', ')}${other > ids.length ? ', …' : ''}`, {
    hint: 'somebody else may have written to them meanwhile; run the same command again',
  })
}
