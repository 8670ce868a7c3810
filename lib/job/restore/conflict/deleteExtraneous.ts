import type { UndoEntry } from '../../../archive/undo/undo.ts'
import { ElysiaError } from '../../../core/errors.ts'
import { failpoint } from '../../../core/failpoint.ts'
import { isLimited } from '../../../core/memory/limits.ts'
import { sumCounts } from '../../../core/report.ts'
import { pluralize } from '../../../core/units.ts'
import { type RemovalOutcome, RetryingCollection } from '../../../store/sink/retryingCollection.ts'
import type { Projection } from '../../../store/store.ts'
import { deletableOf } from '../planned/check.ts'
import { mergeCounts } from '../reasons.ts'
import type { RestoreContext, RestoreRun } from '../run.ts'
import type { ExtraneousId } from './extraneousIds.ts'
import type { Precedence } from './precedence.ts'
import { tryOnce, unchangedSince } from './unchangedSince.ts'

const IDS_AT_ONCE = 500
/** The same if memory is limited: their objects are held until they are saved. */
const LIMITED_IDS = 16
/** Looking and deleting are separate calls: if others write meanwhile, they must be close together. */
const CAREFULLY_AT_ONCE = 20

/**
 * Deletes what the source does not have, after everything in it is written: batch by batch, saved first, then removed.
 * If an object was rejected it deletes nothing, and an event says so. Memory: a batch.
 * @throws ElysiaError ELYSIA_STORE if the store refuses to delete
 */
export async function deleteExtraneous(run: RestoreRun): Promise<void> {
  const { kept, frame, collection, retry, class: name } = run
  const { extraneous } = kept
  if (extraneous === undefined || extraneous.count === 0) return
  const refused = refusedOf(run)
  if (refused > 0) {
    frame.emit({ type: 'deletions_left', collection: name, objects: extraneous.count, rejected: refused })
    return
  }
  const calls = new RetryingCollection(collection, retry, frame.signal)
  const { precedence } = frame.context as RestoreContext
  const count = precedence?.isCareful === true ? CAREFULLY_AT_ONCE : isLimited() ? LIMITED_IDS : IDS_AT_ONCE
  let last: ExtraneousId | undefined
  for (;;) {
    frame.signal.throwIfAborted()
    frame.stop.throwIfAborted()
    const ids = extraneous.after(last, count)
    if (ids.length === 0) return
    last = ids.at(-1)
    const due = await absentOf(run, await deletableOf(run, ids))
    if (due.length > 0) await deleteSome(run, calls, due)
  }
}

/** The ids that a changing source still lacks, or that are not selected from it. */
async function absentOf(
  { source, plan: { selection } }: RestoreRun,
  ids: readonly ExtraneousId[],
): Promise<readonly ExtraneousId[]> {
  if (source.find === undefined || ids.length === 0) return ids
  const projection: Projection = {
    properties: selection === undefined ? [] : 'all',
    vectors: false,
    times: true,
  }
  const stored = await source.find(
    ids.map(({ id }) => id),
    ids[0]?.tenant,
    { ...projection, references: selection !== undefined },
  )
  const there = new Set(stored.filter((one) => selection?.selects(one) !== false).map(({ id }) => id))
  return ids.filter(({ id }) => !there.has(id))
}

/** Objects and references that the store refused: the collection then differs from the archive anyway. */
export function refusedOf({ progress }: RestoreRun): number {
  const parts = [...progress.parts.values()]
  const references = parts.reduce((all, { referencesRejected }) => all + referencesRejected, 0)
  return sumCounts(mergeCounts(parts.map(({ rejected }) => rejected))) + references
}

async function deleteSome(
  run: RestoreRun,
  calls: RetryingCollection,
  ids: readonly ExtraneousId[],
): Promise<void> {
  const { kept, existing, progress, class: name } = run
  const { precedence } = run.frame.context as RestoreContext
  const tenant = ids[0]?.tenant
  let due = ids
  if (kept.undo !== undefined || precedence !== undefined) {
    const whole: Projection = {
      properties: 'all',
      vectors: true,
      references: existing!.traces.refers,
      times: true,
    }
    const names = ids.map(({ id }) => id)
    const stored = await calls.find(names, whole, tenant)
    const going = [...stored.values()].filter((one) => precedence?.keeps(one, existing!.traces) !== true)
    await kept.undo?.keep(going.map((before) => entryOf(before.id, tenant, before)))
    // What could not be read is not saved, so it stays: the proof will find it.
    due = going
    failpoint('restore.deletion-kept')
    if (precedence?.isCareful === true && kept.undo !== undefined)
      due = await unchangedSince(due, stored, calls, precedence)
  }
  const removed = await remove(calls, new Map(due.map(({ id }) => [id, tenant])), precedence)
  failpoint('restore.deleted')
  if (removed === undefined) return
  const { existed, refused } = removed
  const gone = due.filter(({ id }) => existed.has(id) && !refused.has(id))
  progress.deleted += gone.length
  precedence?.removed?.(gone.map(({ id }) => ({ id, ...(tenant !== undefined && { tenant }) })))
  const [first] = refused
  if (first === undefined) return
  const fact = `${pluralize(refused.size, 'object')} of ${name} could not be deleted: ${first[0]}: ${first[1]}`
  throw new ElysiaError('ELYSIA_STORE', fact, {
    hint: 'everything of the archive is written; run the same command again to delete them',
  })
}

/** Undefined if the objects stay for a later look. */
async function remove(
  calls: RetryingCollection,
  ids: ReadonlyMap<string, string | undefined>,
  precedence: Precedence | undefined,
): Promise<RemovalOutcome | undefined> {
  if (precedence?.isCareful !== true) return calls.remove(ids)
  return tryOnce(precedence, () => calls.unrepeated().remove(ids))
}

function entryOf(id: string, tenant: string | undefined, before: UndoEntry['before']): UndoEntry {
  return { id, ...(tenant !== undefined && { tenant }), ...(before !== undefined && { before }) }
}
