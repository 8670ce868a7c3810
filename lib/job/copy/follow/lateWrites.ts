import { setTimeout as wait } from 'node:timers/promises'
import { closingAfter } from '../../../async/closeAll.ts'
import { ElysiaError } from '../../../core/errors.ts'
import { failpoint } from '../../../core/failpoint.ts'
import { sumCounts } from '../../../core/report.ts'
import { TooManyDeletions } from '../../restore/conflict/planDeletions.ts'
import { changesSince } from '../changesSince.ts'
import { runPass } from '../pass.ts'
import { runFollowPass } from './followPass.ts'
import { type FollowRun, noteFollowFacts, noteworthyEvents } from './followRun.ts'
import { clockBound, MOST_CLOCK_MS, SwitchPrecedence } from './switching.ts'
import { SwitchLog } from './switchLog.ts'

/** How many times `recheckAfterMs` to wait for writes that began before the switch. */
const SETTLE_TIMES = 5
/** Few at once: looking and writing are separate calls, so they must be close together. */
const BATCH = 5

/** Whether times can tell the writes of a copy from those of others, and how exactly; undefined if not. */
export async function carryBound({ pass, run }: FollowRun): Promise<number | undefined> {
  const { from, target, options } = pass
  const { switchAlias, recheckAfterMs, filter, objects, retryForMs } = options
  // An object that is no longer selected looks like one that never was; 0 means that nobody writes.
  if (switchAlias === undefined || recheckAfterMs === 0 || filter !== undefined || objects !== undefined)
    return undefined
  return run.retrying(retryForMs)(() => clockBound(from.store, target.store))
}

/**
 * The last pass before an alias is switched. With `bound`, late writes are carried over afterwards: first records what
 * the copy brought, and the moment from which writes to the target are not the copy's.
 */
export async function lastPassBeforeSwitch(
  following: FollowRun,
  intoAlias: string,
  bound?: number,
): Promise<void> {
  if (bound === undefined) {
    await lastPass(following, { intoAlias })
    failpoint('copy.alias-switched')
    return
  }
  await withSwitchLog(following, async (log) => {
    log.clear()
    const precedence = new SwitchPrecedence({ copiedMs: 0, switchedMs: 0, skewMs: 0 }, log)
    const beforeSwitch = async () => {
      noteFollowFacts(following, { switchedMs: await switchMoment(following, precedence, bound) })
      log.makeDurable()
      failpoint('copy.switch-noted')
    }
    await lastPass(following, { intoAlias, precedence, beforeSwitch })
    failpoint('copy.alias-switched')
    if (following.report?.alias?.switched === true) await carryOver(following, log)
  })
}

/** Works with what is known about the switch. It stays until the run has ended as done. */
export async function withSwitchLog(
  { run, pass }: FollowRun,
  work: (log: SwitchLog) => Promise<void>,
): Promise<void> {
  const log = SwitchLog.open(pass.context.state, run.id!, pass.target.store.target)
  await closingAfter([() => log.close()], () => work(log))
}

interface LastPass {
  readonly intoAlias: string
  readonly precedence?: SwitchPrecedence
  readonly beforeSwitch?: () => Promise<void>
}

async function lastPass(
  following: FollowRun,
  { intoAlias, precedence, beforeSwitch }: LastPass,
): Promise<void> {
  const { pass, facts, run } = following
  const retry = run.retrying(pass.options.retryForMs)
  const ended = await runPass({
    ...pass,
    changedSinceMs: await retry(() => changesSince(pass.from.store, facts.beganMs)),
    ...(beforeSwitch && { beforeSwitch }),
    options: { ...pass.options, verify: false, undo: pass.options.undo && !facts.made },
    context: {
      ...pass.context,
      ...(precedence && { precedence }),
      confirm: async () => true,
      onEvent: noteworthyEvents(run.emit),
    },
    restore: { intoAlias },
  })
  following.report = ended.report
  if (ended.error !== undefined) throw ended.error
}

/**
 * The moment that separates writes: by every node's clock the copy's are older, and those through the alias are not.
 */
async function switchMoment(
  { pass, class: name, run }: FollowRun,
  precedence: SwitchPrecedence,
  bound: number,
): Promise<number> {
  const { store } = pass.target
  const retry = run.retrying(pass.options.retryForMs)
  const { nodes } = await retry(() => store.health())
  const last = nodes.length === 1 ? await precedence.lastWriteMs(store.collection(name), retry) : undefined
  if (last !== undefined) return last + 1
  await wait(2 * bound + 1, undefined, { signal: run.signal })
  return Date.now() - bound
}

/** How far a time of the source may be ahead of the same time of the target: they are compared. */
async function skewOf({ pass: { from, target, options }, run }: FollowRun): Promise<number> {
  const retry = run.retrying(options.retryForMs)
  const { nodes } = await retry(() => target.store.health())
  if (from.store.target === target.store.target && nodes.length === 1) return 0
  return 2 * ((await retry(() => clockBound(from.store, target.store))) ?? MOST_CLOCK_MS)
}

/**
 * Carries over what the source received around the switch, pass after pass, until no write that began before it can
 * still be on its way: newer writes through the alias stay. `log` knows what the copy had written by then.
 * @throws ElysiaError ELYSIA_INCOMPLETE if someone keeps writing to the source, or its clock cannot be read
 */
export async function carryOver(following: FollowRun, log: SwitchLog): Promise<void> {
  const { pass, run } = following
  const { options } = pass
  const settleMs = SETTLE_TIMES * options.recheckAfterMs
  const report = following.report!
  const skewMs = await skewOf(following)
  const startedMs = Date.now()
  let completeMs = startedMs
  for (;;) {
    const beganMs = Date.now()
    const { precedence, changed } = await carryPass(following, log, skewMs)
    following.report = report
    const isWhole = precedence.postponed === 0
    if (isWhole) completeMs = Date.now()
    else if (precedence.failure !== undefined && Date.now() - completeMs > options.retryForMs)
      throw precedence.failure
    const isSettled = beganMs - startedMs >= settleMs
    if (isSettled && isWhole && changed === 0) return
    if (isSettled && isLate(precedence, startedMs + settleMs)) throw stillWritten(following)
    await wait(options.recheckAfterMs, undefined, { signal: AbortSignal.any([run.signal, run.stop]) }).catch(
      () => {
        run.signal.throwIfAborted()
        run.stop.throwIfAborted()
      },
    )
  }
}

/** Carries over once; says how many objects it changed. */
async function carryPass(following: FollowRun, log: SwitchLog, skewMs: number) {
  const { pass, run, facts } = following
  const beganMs = Date.now()
  const retry = run.retrying(pass.options.retryForMs)
  const copiedMs = await retry(() => changesSince(pass.from.store, facts.beganMs))
  if (copiedMs === undefined) throw clockUnknown(following)
  const times = { copiedMs, switchedMs: facts.switchedMs, skewMs }
  const precedence = new SwitchPrecedence(times, log, facts.removed)
  const batchSize = Math.min(pass.options.batchSize, BATCH)
  const within = { changedSinceMs: copiedMs, precedence, batchSize }
  const ended = await runFollowPass(following, within).catch((error) => {
    throw refusedOr(error, following)
  })
  const { written, deleted, rejected, references_rejected: links, reject_reasons, seconds } = ended.report
  noteFollowFacts(following, { removed: facts.removed + deleted })
  if (ended.error !== undefined) throw ended.error
  requireTaken(following, sumCounts(rejected) + links, reject_reasons[0]?.reason)
  noteFollowFacts(following, {
    passes: facts.passes + 1,
    carried: facts.carried + written + deleted,
    newer: facts.newer + precedence.kept,
    // What was left is not in the target: the next pass looks at it again.
    ...(precedence.postponed === 0 && { beganMs }),
    state: 'carrying',
  })
  failpoint('copy.carried')
  const { passes, left, perMinute } = following.facts
  run.emit({
    type: 'copy_pass',
    ...{ pass: passes, written, deleted, seconds, left, per_minute: perMinute, state: 'carrying' },
  })
  return { precedence, changed: written + deleted }
}

/** Says what an alias means when too many objects are gone from the source that it meant before. */
function refusedOr(error: unknown, { pass: { from, options }, class: name }: FollowRun): unknown {
  if (!(error instanceof TooManyDeletions)) return error
  const { fact, deletes } = error
  const carrying = `${options.switchAlias} means ${name} now, but carrying over what ${from.name} lost meanwhile ${fact}`
  return new ElysiaError('ELYSIA_CONFLICT', `${carrying}; --max-delete allows ${options.maxDelete}`, {
    cause: error,
    hint: `these objects stay; if they were meant to go, run the same command again with --max-delete ${deletes}`,
  })
}

/** True if the source received something after all writes from before the switch were done. */
function isLate({ newestSentMs }: SwitchPrecedence, settledMs: number): boolean {
  return newestSentMs > settledMs
}

function requireTaken({ pass, class: name }: FollowRun, refused: number, reason: string | undefined): void {
  if (refused === 0) return
  const { switchAlias } = pass.options
  const fact = `${switchAlias} means ${name}, but ${refused} objects or references that ${pass.from.name} got meanwhile were rejected: ${reason}`
  throw new ElysiaError('ELYSIA_INCOMPLETE', fact, {
    hint: 'the rejects file has each with its reason; correct them in the source, and run the same command again',
  })
}

function clockUnknown({ pass: { from, options }, class: name }: FollowRun): ElysiaError {
  const fact = `${options.switchAlias} means ${name}, but ${from.store.target} no longer tells its time: what it got meanwhile is not carried over`
  return new ElysiaError('ELYSIA_INCOMPLETE', fact, {
    hint: 'make sure that its answers have a Date header, then run the same command again',
  })
}

function stillWritten({ pass, class: name }: FollowRun): ElysiaError {
  const { from, options } = pass
  const fact = `${options.switchAlias} means ${name} now, but somebody still writes to ${from.name} in ${from.store.target} directly`
  return new ElysiaError('ELYSIA_INCOMPLETE', fact, {
    hint: `have writers use the alias, then run the same command again: it carries over what has changed meanwhile`,
  })
}
