import { setTimeout as wait } from 'node:timers/promises'
import { closingAfter } from '../../../async/closeAll.ts'
import { classNameOf } from '../../../change/collectionName.ts'
import { failpoint } from '../../../core/failpoint.ts'
import { newRunId, type RunRecord } from '../../../run/record.ts'
import { Run } from '../../../run/run.ts'
import { findNamed } from '../../../store/named.ts'
import type { Precedence } from '../../restore/conflict/precedence.ts'
import { changesSince } from '../changesSince.ts'
import { type CopyPass, type CopyResult, runPass } from '../pass.ts'
import type { CopyReport } from '../report.ts'
import { countsOfFollow, type FollowFacts, followOfCounts, INITIAL_FACTS } from './facts.ts'
import { finishCopy } from './finish.ts'
import { emptyReport, resultIfFinished, resultIfSwitched } from './finishedSwitch.ts'
import { lockFollow } from './followLock.ts'
import { runFollowPass } from './followPass.ts'
import { type FollowRun, noteFollowFacts } from './followRun.ts'
import { carryOver, withSwitchLog } from './lateWrites.ts'
import { copyRequestKey, requireSameRequest } from './requestKey.ts'
import { SwitchLog } from './switchLog.ts'

/** How often to check whether the copy should be finished. */
const LOOK_MS = 250

/**
 * Copies everything, then in pass after pass what has changed meanwhile; with `finish`, also the last passes, the
 * comparison and the switch of an alias. Continues an interrupted run.
 * @throws ElysiaError if it could not begin
 */
export async function runFollow(given: Omit<CopyPass, 'changedSinceMs' | 'restore'>): Promise<CopyResult> {
  const { from, target, context } = given
  const { state } = context
  const run = new Run('copy', context)
  const name = classNameOf(target.name)
  const { schema } = await run.retrying(given.options.retryForMs)(() => findNamed(from.store, from.name))
  const inputs = [`${from.store.target}#${schema.class}`, '--follow']
  const key = { target: target.store.target, class: name, inputs }
  const requestKey = copyRequestKey(given)
  // Checked before the following process is asked to end.
  requireSameRequest(factsOf(state?.journal.unfinished(key), context), requestKey, name)
  const handover = state && (await lockFollow(state, key, given.options.finish, run))
  return closingAfter([() => handover?.release()], async () => {
    const unfinished = state?.journal.unfinished(key)
    const id = unfinished?.run ?? context.runId ?? newRunId()
    const options = { ...given.options, sync: true }
    // The id belongs to the complete copy: each pass is a run of its own.
    const { runId: _, ...ofPasses } = context
    const following: FollowRun = {
      run,
      pass: { ...given, options, context: ofPasses },
      class: name,
      source: schema.class,
      handover,
      facts: { ...factsOf(unfinished, context), asked: requestKey },
      report: undefined,
    }
    run.begin({ run: id, key, collection: schema.class }, unfinished !== undefined)
    if (unfinished !== undefined) run.emit({ type: 'run_continued', run: id, kind: 'copy' })
    return follow(following)
  })
}

function factsOf(found: RunRecord | undefined, { fresh }: CopyPass['context']): FollowFacts {
  return (fresh !== true && followOfCounts(found?.counts)) || INITIAL_FACTS
}

async function follow(following: FollowRun): Promise<CopyResult> {
  const { run } = following
  let error: unknown
  let isComplete = false
  try {
    isComplete = (await wasFinished(following)) || (await followed(following))
  } catch (thrown) {
    error = thrown
  }
  const { report } = following
  const ended = run.end<CopyReport | undefined>({
    error,
    isComplete,
    report: ({ id, status, startedAt, seconds }) =>
      report && {
        ...report,
        ...{ id, status, started_at: startedAt, seconds },
        follow: reported(following.facts),
      },
    counts: () => countsOfFollow(following.facts),
  })
  // Only now: a process that continues before this carries on with what is in it.
  if (isComplete && ended.error === undefined) SwitchLog.forget(run.context.state, run.id!)
  if (ended.report === undefined) throw ended.error ?? error
  return { report: ended.report, ...(ended.error !== undefined && { error: ended.error }) }
}

/** True if everything was done except ending the run. */
async function wasFinished(following: FollowRun): Promise<boolean> {
  const isNew = following.facts.passes === 0
  const alias = await (isNew ? resultIfFinished(following) : resultIfSwitched(following))
  if (alias === undefined) return false
  following.report = emptyReport(following, alias)
  // What the source received around the switch may not have been carried over.
  if (following.facts.switchedMs > 0 && following.pass.options.recheckAfterMs > 0) {
    await withSwitchLog(following, (log) => carryOver(following, log))
  }
  following.facts = { ...following.facts, state: 'finished' }
  return true
}

async function followed(following: FollowRun): Promise<boolean> {
  if (following.facts.passes === 0) await firstPass(following)
  return following.pass.options.finish ? finishCopy(following, nextPass) : passAfterPass(following)
}

function reported({
  perMinute,
  beganMs,
  switchedMs,
  made,
  asked,
  removed,
  ...facts
}: FollowFacts): CopyReport['follow'] {
  return { ...facts, per_minute: perMinute }
}

/** Copies everything, as a copy of its own that continues where it was interrupted. */
async function firstPass(following: FollowRun): Promise<void> {
  const { pass, run, facts } = following
  const { store } = pass.target
  const isThere =
    (await run.retrying(pass.options.retryForMs)(() => store.schema(following.class))) !== undefined
  // Recorded first: once an interrupted copy continues, an existing class no longer tells.
  if (facts.beganMs === 0) noteFollowFacts(following, { beganMs: Date.now(), made: !isThere })
  const began = following.facts.beganMs
  const ended = await runPass({ ...pass, options: { ...pass.options, verify: false } })
  settle(following, ended, began)
}

/** Makes passes until asked to end; returns false, since another process will finish the copy. */
async function passAfterPass(following: FollowRun): Promise<boolean> {
  const { run, pass, handover } = following
  for (;;) {
    const until = Date.now() + pass.options.everyMs
    do {
      if (handover?.isFinishRequested === true) return false
      const { stop, signal } = run
      await wait(Math.min(LOOK_MS, pass.options.everyMs), undefined, {
        signal: AbortSignal.any([stop, signal]),
      }).catch(() => {
        signal.throwIfAborted()
        stop.throwIfAborted()
      })
    } while (Date.now() < until)
    await nextPass(following)
  }
}

/** Copies what changed since the previous pass began; with `whole` looks at everything. */
export async function nextPass(following: FollowRun, whole = false, precedence?: Precedence): Promise<void> {
  const { pass, run, facts, class: name } = following
  const { from, target } = pass
  const retry = run.retrying(pass.options.retryForMs)
  const began = Date.now()
  const isThere = (await retry(() => target.store.schema(name))) !== undefined
  const onlyChanges = isThere && !whole
  const changedSinceMs = onlyChanges ? await retry(() => changesSince(from.store, facts.beganMs)) : undefined
  settle(
    following,
    await runFollowPass(following, { changedSinceMs, ...(precedence && { precedence }) }),
    began,
  )
}

/** Records a pass, and reports what is left. @throws the error that ended it */
function settle(following: FollowRun, { report, error }: CopyResult, beganMs: number): void {
  following.report = report
  if (error !== undefined) throw error
  const { facts, pass, run } = following
  const { written, deleted, seconds } = report
  const changed = written + deleted
  const isFirst = facts.passes === 0
  // How much of the first pass has changed meanwhile is unknown.
  const sinceMs = isFirst ? 0 : Math.max(1, beganMs - facts.beganMs)
  const perMinute = isFirst ? 0 : Math.round((changed * 60_000) / sinceMs)
  const left = isFirst ? changed : Math.round((perMinute * (Date.now() - beganMs)) / 60_000)
  const isReady = !isFirst && Math.max(left, changed) < pass.options.readyBelow
  noteFollowFacts(following, {
    state: isReady ? 'ready' : 'following',
    passes: facts.passes + 1,
    written: facts.written + written,
    deleted: facts.deleted + deleted,
    left: isFirst ? 0 : left,
    perMinute,
    beganMs,
  })
  failpoint('copy.pass-noted')
  const { passes, state } = following.facts
  run.emit({
    type: 'copy_pass',
    pass: passes,
    written,
    deleted,
    seconds,
    left: following.facts.left,
    per_minute: perMinute,
    state,
  })
}
