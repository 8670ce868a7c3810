import { type Close, closingAfter } from '../../async/closeAll.ts'
import { failpoint } from '../../core/failpoint.ts'
import { sumCounts } from '../../core/report.ts'
import { resolveInput } from '../../options/options.ts'
import type { JobResult, RunEnding, RunFacts } from '../../run/run.ts'
import type { Store } from '../../store/store.ts'
import { requireSums, restoreCounts, restoreReport } from './buildReport.ts'
import { dryRunPart } from './dryRun.ts'
import { type RestoreOptionsInput, restoreOptions } from './options.ts'
import { readAhead } from './part/parts.ts'
import { writePlan } from './planned/write.ts'
import type { RestoreReport } from './report.ts'
import { classesOf, groupError } from './restoreGroup.ts'
import type { RestoreContext, RestoreRun } from './run.ts'
import { type RestoreSetup, setUpRestore } from './setup/setup.ts'
import type { RestoreSource } from './source/source.ts'
import { STEPS } from './steps.ts'
import { removeCreatedClass } from './target/removeCreated.ts'
import { makeTargets, putTenantsBack } from './target/target.ts'
import type { RestoreVerification } from './verify.ts'

export type { RestoreContext } from './run.ts'

/** How a restore ended: its report, and the error if it did not finish. */
export type RestoreResult = JobResult<RestoreReport>

/**
 * An archive → a new collection, or an existing one, as `onConflict` says. The order: the class, its reference
 * properties, its tenants; objects; references; everything read back and compared; aliases; the states of tenants.
 * Memory: `workers` batches in flight and a page for each part that is read. Objects that the store refuses are
 * rejects. Killed at any point, the same call continues after the finished parts.
 * @throws ElysiaError the error that ended the restore; counts only what was acknowledged
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
 * As `restore`, but also resolves with the report if the restore failed or was interrupted.
 * @throws ElysiaError only if it could not begin: options, a target that does not fit, a lock
 */
export async function runRestore(
  source: RestoreSource,
  store: Store,
  input: RestoreOptionsInput,
  context: RestoreContext = {},
): Promise<RestoreResult> {
  const [ended] = await runRestores([source], store, input, context)
  return ended!
}

/**
 * Restores several archives together, whose classes may refer to one another: each step is done for all of them before
 * the next. If one fails, none is finished.
 * @throws ElysiaError as `runRestore`, before any of them has begun
 */
export async function runRestores(
  sources: readonly RestoreSource[],
  store: Store,
  input: RestoreOptionsInput,
  context: RestoreContext = {},
): Promise<RestoreResult[]> {
  const resolved = resolveInput(restoreOptions, input)
  const options = resolved.plan === undefined ? resolved : { ...resolved, dryRun: true }
  const together = {
    classes: classesOf(sources, options, context),
    rejects: context.rejectsFiles ?? new Map(),
  }
  const setups: RestoreSetup[] = []
  const closers: Close[] = []
  return closingAfter(closers, async () => {
    for (const source of sources) {
      const setup = await setUpRestore(source, store, options, context, together)
      setups.push(setup)
      closers.push(setup.close)
    }
    const runs = setups.map(({ run }) => run)
    const done = new Map<RestoreRun, RestoreVerification>()
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
    return runs.map((run) => resultOf(run, done.get(run) ?? null, groupError(run, at.run, error)))
  })
}

/** `at.run` is the current one, if it is a single one. */
async function bringBack(
  runs: readonly RestoreRun[],
  done: Map<RestoreRun, RestoreVerification>,
  at: { run: RestoreRun | undefined },
): Promise<void> {
  for (const run of runs) await checkSource(run)
  const [first] = runs
  if (first !== undefined) readAhead(first)
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

/** Checks a source before anything is written. A restore that continues checks its remaining parts as they are read. */
async function checkSource({ source, options, progress, frame }: RestoreRun): Promise<void> {
  if (!options.skipDamaged && progress.continued === 0) await source.check?.(frame.signal)
}

/** Restores the state from before a failed restore. */
async function afterFailure(run: RestoreRun, error: unknown): Promise<void> {
  await removeCreatedClass(run, error)
  if (run.existing !== undefined) await putTenantsBack(run).catch(() => {})
}

/** For a dry run: checks every byte of the archive, and writes nothing. */
async function checkParts(run: RestoreRun): Promise<void> {
  for (const part of run.plan.parts) {
    if (run.frame.stop.aborted) throw run.frame.stop.reason
    await dryRunPart(run, part)
  }
}

/** Closes the row and reports. Progress is forgotten once a restore is complete. */
function resultOf(run: RestoreRun, verification: RestoreVerification | null, error: unknown): RestoreResult {
  const { frame, options } = run
  const report = ({ status, ...ending }: RunEnding) =>
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
    ...(sumCounts(rejected) > 0 && run.kept.rejects && { rejects_file: run.kept.rejects.path }),
  })
  return frame.end({ error: failure, report, counts: restoreCounts, facts })
}
