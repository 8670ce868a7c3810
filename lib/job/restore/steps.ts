import { dangersToWrittenData, requireNoDangers } from '../health/writtenData.ts'
import { switchAlias } from './alias/switch.ts'
import { deleteExtraneous, refusedOf } from './conflict/deleteExtraneous.ts'
import { verifyWritten } from './conflict/verifyWritten.ts'
import { writeObjects } from './part/parts.ts'
import { removeIfEmpty } from './removeIfEmpty.ts'
import type { RestoreContext, RestoreRun } from './run.ts'
import { linkReferences } from './target/linkReferences.ts'
import { addAliases, putTenantsBack } from './target/target.ts'
import { type RestoreVerification, requireEqual, verifyTarget, waitIndexed } from './verify.ts'

type Step = (run: RestoreRun, done: Map<RestoreRun, RestoreVerification>) => Promise<void>

/** The steps of each restore, each with the point that all restores must have reached. */
export const STEPS: readonly (readonly [Step, string?])[] = [
  [writeObjects],
  [removeIfEmpty, 'restore.written'],
  [findUnseen],
  [linkReferences, 'restore.linked'],
  [deleteExtraneous, 'restore.vanished'],
  [async (run) => run.kept.undo?.complete()],
  [
    async (run) => {
      if (run.options.waitIndexed) await waitIndexed(run)
    },
  ],
  [
    async (run, done) => {
      const verification = await verificationOf(run)
      if (verification === null) return
      done.set(run, verification)
      requireEqual(run, verification)
    },
  ],
  [async (run) => (run.frame.context as RestoreContext).prove?.(run)],
  [addAliases],
  [putTenantsBack],
  [lookAfterwards],
  [switchAlias, 'restore.before-end'],
  [(run) => run.kept.spool.remove()],
]

/** Before an alias is switched: checks that the written data is safe. */
async function lookAfterwards({
  store,
  class: name,
  options,
  retry,
  progress,
  alias,
}: RestoreRun): Promise<void> {
  const { degraded } = options
  progress.health = await dangersToWrittenData(store, name, { degraded, retry })
  if (alias !== undefined) requireNoDangers(progress.health, alias.alias, store.target)
}

/**
 * Verifies the complete class if it is the restore's own, or was replaced by a source that cannot change meanwhile;
 * otherwise what was written into it.
 */
function verificationOf(run: RestoreRun): Promise<RestoreVerification | null> {
  const { existing, applying, source } = run
  const isReplaced = existing?.strategy === 'replace' && applying === undefined && refusedOf(run) === 0
  const isAll = existing === undefined || (isReplaced && source.find === undefined)
  return isAll ? verifyTarget(run) : verifyWritten(run)
}

/** Parts that an interrupted restore had finished were not read again: their objects are in the target. */
async function findUnseen({
  progress,
  collection,
  retry,
  frame,
  class: name,
  plan,
}: RestoreRun): Promise<void> {
  const { unseen } = progress
  const calls = progress.continued === 0 ? [] : (plan.tenants ?? [{ name: undefined }])
  for (const { name: tenant } of calls) {
    if (unseen.size === 0) return
    const call = { provesAbsence: true, ...(tenant !== undefined && { tenant }) }
    const projection = { properties: [], vectors: false }
    const there = await retry(() => collection.readMany(unseen.list, projection, call))
    unseen.note(there.map(({ id }) => id))
  }
  unseen.notify(frame.emit, name)
}
