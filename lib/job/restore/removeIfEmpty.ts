import { selectionText } from '../../archive/selection.ts'
import { ElysiaError } from '../../core/errors.ts'
import { sumCounts } from '../../core/report.ts'
import { mergeCounts } from './reasons.ts'
import type { RestoreRun } from './run.ts'

/**
 * Removes a collection that received none of its objects: nobody wants it, and it would block the next attempt.
 * @throws ElysiaError ELYSIA_INCOMPLETE, after it was removed
 */
export async function removeIfEmpty(run: RestoreRun): Promise<void> {
  const facts = [...run.progress.parts.values()]
  const refused = sumCounts(mergeCounts(facts.map(({ rejected }) => rejected)))
  const { selection, transforms } = run.plan
  const isSelected = selection?.isPartial === true || transforms.filters
  const isWanted = refused === 0 && !isSelected
  if (run.existing !== undefined || run.continues || isWanted) return
  if (facts.some(({ written }) => written > 0)) return
  await run.retry(() => run.store.drop(run.class))
  if (refused === 0) {
    const selecting = selection === undefined ? [] : [selectionText(selection.declared)]
    const by = [...selecting, ...transforms.declared.map(({ name }) => name)].join('; ')
    const fact = `no object of ${run.source.name} is selected by ${by}`
    throw new ElysiaError(
      'ELYSIA_INCOMPLETE',
      `${fact}; ${run.class}, which was made for them, is gone again`,
      {
        hint: '`col restore --dry-run` with the same options counts what they select, and writes nothing',
      },
    )
  }
  const [first] = run.progress.reasons.list()
  const fact = `none of the ${refused} objects could be restored: ${first?.reason}`
  throw new ElysiaError(
    'ELYSIA_INCOMPLETE',
    `${fact}; ${run.class}, which was made for them, is gone again`,
    {
      hint: 'the rejects file has each with its reason',
    },
  )
}
