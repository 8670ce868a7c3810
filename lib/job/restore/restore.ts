import { selectionText } from '../../archive/selection.ts'
import { type Close, closingAfter } from '../../async/closeAll.ts'
import { ElysiaError } from '../../core/errors.ts'
import { failpoint } from '../../core/failpoint.ts'
import { sum } from '../../core/report.ts'
import { resolveInput } from '../../options/options.ts'
import type { Ended, Ending, RunFacts } from '../../run/run.ts'
import type { Store } from '../../store/store.ts'
import { dangersAfterwards, requireSafe } from '../health/afterwards.ts'
import { switchAlias } from './alias/switch.ts'
import { deleteVanishing, refusedOf } from './conflict/deleting.ts'
import { verifyWritten } from './conflict/verifyWritten.ts'
import { dryRunPart } from './dryRun.ts'
import { type RestoreOptionsInput, restoreOptions } from './options.ts'
import { writeObjects } from './parts.ts'
import { writePlan } from './planned/write.ts'
import { addedUp } from './reasons.ts'
import { type RestoreReport, requireSums, restoreCounts, restoreReport } from './report.ts'
import type { RestoreContext, RestoreRun } from './run.ts'
import { type RestoreSetup, setUpRestore } from './setup.ts'
import type { RestoreSource } from './source/source.ts'
import { linkReferences } from './target/linking.ts'
import { removeMade } from './target/removal.ts'
import { addAliases, makeTargets, putTenantsBack } from './target/target.ts'
import { classesOf, errorOf } from './together.ts'
import { requireEqual, type Verification, verifyTarget, waitIndexed } from './verify.ts'

export type { RestoreContext } from './run.ts'

/** How a restore ended: its report, and what ended it where it did not come to its end. */
export type RestoreEnded = Ended<RestoreReport>

/**
 * An archive → a collection that was not there before, or one that is there, as `onConflict` says. The order: the class, its reference properties, its
 * tenants; objects; references; everything read back and compared; aliases; the states of tenants.
 * Memory: `workers` batches in flight and a page for each part that is read. Objects that the store refuses
 * are rejects. Killed anywhere, the same call goes on behind the parts that were done.
 * @throws ElysiaError what ended the restore; nothing is counted that was not acknowledged
 */
export async function restore(
  source: RestoreSource,
  store: Store,
  options: RestoreOptionsInput,
  context: RestoreContext = {},
): Promise<RestoreReport> {
  const { report, error } = await runRestore(source, store, options, context)
  if (error !== undefined) throw error
  return report
}

/**
 * The same, resolving with the report also where the restore failed or was interrupted.
 * @throws ElysiaError only for what kept it from beginning: options, a target that does not fit, a lock
 */
export async function runRestore(
  source: RestoreSource,
  store: Store,
  input: RestoreOptionsInput,
  context: RestoreContext = {},
): Promise<RestoreEnded> {
  const [ended] = await runRestores([source], store, input, context)
  return ended!
}

/**
 * Several archives at once, whose classes may refer to one another: each step is made for all of them before the next.
 * Where one fails none is done. @throws ElysiaError as `runRestore`, with nothing begun of any
 */
export async function runRestores(
  sources: readonly RestoreSource[],
  store: Store,
  input: RestoreOptionsInput,
  context: RestoreContext = {},
): Promise<RestoreEnded[]> {
  const given = resolveInput(restoreOptions, input)
  const options = given.plan === undefined ? given : { ...given, dryRun: true }
  const together = { classes: classesOf(sources, options, context), rejects: new Map() }
  const setups: RestoreSetup[] = []
  const closers: Close[] = []
  return closingAfter(closers, async () => {
    for (const source of sources) {
      const setup = await setUpRestore(source, store, options, context, together)
      setups.push(setup)
      closers.push(setup.close)
    }
    const runs = setups.map(({ run }) => run)
    const done = new Map<RestoreRun, Verification>()
    const at: { run: RestoreRun | undefined } = { run: undefined }
    let error: unknown
    try {
      if (options.plan !== undefined) await writePlan(runs[0]!, options.plan)
      else if (options.dryRun) for (const run of runs) await checkParts(run)
      else {
        for (const { begin } of setups) await begin()
        await bringBack(runs, done, at)
      }
    } catch (thrown) {
      error = thrown
      if (!options.dryRun) for (const run of runs) await afterFailure(run, thrown)
    }
    return runs.map((run) => ended(run, done.get(run) ?? null, errorOf(run, at.run, error)))
  })
}

/** `at.run` is the one that is being worked on, where it is one alone. */
async function bringBack(
  runs: readonly RestoreRun[],
  done: Map<RestoreRun, Verification>,
  at: { run: RestoreRun | undefined },
): Promise<void> {
  for (const run of runs) await checkSource(run)
  await makeTargets(runs)
  failpoint('restore.made')
  for (const [step, point] of STEPS) {
    for (const run of runs) {
      at.run = run
      await step(run, done)
    }
    if (point !== undefined) failpoint(point)
  }
  at.run = undefined
}

/** What goes on looks at the parts that are left. */
async function checkSource({ source, options, progress, frame }: RestoreRun): Promise<void> {
  if (!options.skipDamaged && progress.continued === 0) await source.check?.(frame.signal)
}

type Step = (run: RestoreRun, done: Map<RestoreRun, Verification>) => Promise<void>

/** What is made of each restore, and the point at which all have been through it. */
const STEPS: readonly (readonly [Step, string?])[] = [
  [writeObjects],
  [requireSome, 'restore.written'],
  [findUnseen],
  [linkReferences, 'restore.linked'],
  [deleteVanishing, 'restore.vanished'],
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

/** Before an alias is switched: whether what was written is safe where it is. */
async function lookAfterwards({
  store,
  class: name,
  options,
  retry,
  progress,
  alias,
}: RestoreRun): Promise<void> {
  const { degraded } = options
  progress.health = await dangersAfterwards(store, name, { degraded, retry })
  if (alias !== undefined) requireSafe(progress.health, alias.alias, store.target)
}

/**
 * A collection that got none of its objects is nothing that anybody wanted, and would stand in the way of the next
 * try. @throws ElysiaError ELYSIA_INCOMPLETE, once it is gone
 */
async function requireSome(run: RestoreRun): Promise<void> {
  const facts = [...run.progress.parts.values()]
  const refused = sum(addedUp(facts.map(({ rejected }) => rejected)))
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

/**
 * All of a class that is the restore's own, or was replaced by what cannot change meanwhile; of any other what was written
 * into it.
 */
function verificationOf(run: RestoreRun): Promise<Verification | null> {
  const { existing, applying, source } = run
  const isReplaced = existing?.strategy === 'replace' && applying === undefined && refusedOf(run) === 0
  const isAll = existing === undefined || (isReplaced && source.find === undefined)
  return isAll ? verifyTarget(run) : verifyWritten(run)
}

/** What a failed restore leaves as it found it. */
async function afterFailure(run: RestoreRun, error: unknown): Promise<void> {
  await removeMade(run, error)
  if (run.existing !== undefined) await putTenantsBack(run).catch(() => {})
}

/**
 * Parts that an interrupted restore had brought to their end were not read again: what came of them is in the target.
 */
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
    const what = { properties: [], vectors: false }
    const there = await retry(() => collection.readMany(unseen.list, what, call))
    unseen.note(there.map(({ id }) => id))
  }
  unseen.notify(frame.emit, name)
}

/** Of a dry run: every byte of the archive is looked at, and nothing written. */
async function checkParts(run: RestoreRun): Promise<void> {
  for (const part of run.plan.parts) {
    if (run.frame.stop.aborted) throw run.frame.stop.reason
    await dryRunPart(run, part)
  }
}

/** Closes the row and reports. What has been done is forgotten with a restore that is complete. */
function ended(run: RestoreRun, verification: Verification | null, error: unknown): RestoreEnded {
  const { frame, options } = run
  const report = ({ status, ...ending }: Ending) =>
    restoreReport(run, {
      ...ending,
      status: options.dryRun && status === 'done' ? 'planned' : status,
      verification,
    })
  let failure = error
  if (failure === undefined && !options.dryRun) {
    try {
      const { startedAt, seconds, retries } = frame
      requireSums(run, report({ id: run.id, status: 'done', error: undefined, startedAt, seconds, retries }))
      run.kept.log.forget()
    } catch (thrown) {
      failure = thrown
    }
  }
  const bytes = run.source.manifest?.totals.bytes
  const facts = ({ archive, rejected, rate }: RestoreReport): RunFacts => ({
    rate_per_second: rate,
    archive,
    ...(bytes !== undefined && { bytes_in: bytes }),
    ...(sum(rejected) > 0 && run.kept.rejects && { rejects_file: run.kept.rejects.path }),
  })
  return frame.end({ error: failure, report, counts: restoreCounts, facts })
}
