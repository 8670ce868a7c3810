import { setTimeout as wait } from 'node:timers/promises'
import { ElysiaError } from '../../../core/errors.ts'
import { failpoint } from '../../../core/failpoint.ts'
import { sum } from '../../../core/report.ts'
import { changesSince } from '../changed.ts'
import { runPass } from '../pass.ts'
import { type Following, note, quietly } from './following.ts'
import { passWithin } from './passWithin.ts'
import { clockBound, SwitchPrecedence } from './switching.ts'

/** How many times `recheckAfterMs` to wait for writes that began before the switch. */
const SETTLE_TIMES = 5
/** Few at once: comparing and writing are separate steps, so they must be close together. */
const BATCH = 5

/** Whether times can tell the writes of a copy from those of others, and how exactly; undefined if not. */
export async function carryBound({ pass, run }: Following): Promise<number | undefined> {
  const { from, target, options } = pass
  const { switchAlias, recheckAfterMs, filter, objects, retryForMs } = options
  // An object that is no longer selected looks like one that never was; 0 means that nobody writes.
  if (switchAlias === undefined || recheckAfterMs === 0 || filter !== undefined || objects !== undefined)
    return undefined
  return run.retrying(retryForMs)(() => clockBound(from.store, target.store))
}

/**
 * The last pass before an alias is switched. With `bound`, late writes are carried over afterwards: first records the
 * moment from which writes to the target are not the copy's.
 */
export async function switched(following: Following, intoAlias: string, bound?: number): Promise<void> {
  const { pass, facts, run } = following
  const { store } = pass.from
  const retry = run.retrying(pass.options.retryForMs)
  const changedSinceMs = await retry(() => changesSince(store, facts.beganMs))
  const times = { copiedMs: changedSinceMs ?? 0, switchedMs: 0 }
  const precedence = bound === undefined ? undefined : new SwitchPrecedence(times)
  const beforeSwitch = async () => {
    if (bound === undefined) return
    const { nodes } = await retry(() => pass.target.store.health())
    const target = pass.target.store.collection(following.class)
    const last = nodes.length === 1 ? await precedence?.lastWriteMs(target, retry) : undefined
    // By every node's clock, the copy's writes are older than this, and those through the alias are younger.
    if (last === undefined) await wait(2 * bound + 1, undefined, { signal: run.signal })
    note(following, { switchedMs: last === undefined ? Date.now() - bound : last + 1 })
    failpoint('copy.switch-noted')
  }
  const ended = await runPass({
    ...pass,
    changedSinceMs,
    beforeSwitch,
    options: { ...pass.options, verify: false, undo: pass.options.undo && !facts.made },
    context: {
      ...pass.context,
      ...(precedence && { precedence }),
      confirm: async () => true,
      onEvent: quietly(run.emit),
    },
    restore: { intoAlias },
  })
  following.report = ended.report
  if (ended.error !== undefined) throw ended.error
  failpoint('copy.alias-switched')
  if (precedence !== undefined && following.report.alias?.switched === true)
    await carryOver(following, precedence)
}

/**
 * Carries over what the source received around the switch, pass after pass, until no write that began before it can
 * still be on its way: newer writes through the alias stay. `before` knows what the copy had written by then.
 * @throws ElysiaError ELYSIA_INCOMPLETE if someone keeps writing to the source
 */
export async function carryOver(following: Following, before?: SwitchPrecedence): Promise<void> {
  const { pass, run } = following
  const { from, options } = pass
  const retry = run.retrying(options.retryForMs)
  const settleMs = SETTLE_TIMES * options.recheckAfterMs
  const report = following.report!
  const startedMs = Date.now()
  let known = before
  for (;;) {
    const beganMs = Date.now()
    const { facts } = following
    const copiedMs = await retry(() => changesSince(from.store, facts.beganMs))
    if (copiedMs === undefined) return
    const precedence = new SwitchPrecedence({ copiedMs, switchedMs: facts.switchedMs }, known)
    known = precedence
    const batchSize = Math.min(options.batchSize, BATCH)
    const ended = await passWithin(following, { changedSinceMs: copiedMs, precedence, batchSize })
    if (ended.error !== undefined) throw ended.error
    const { written, deleted, rejected, reject_reasons, seconds } = ended.report
    requireTaken(following, sum(rejected), reject_reasons[0]?.reason)
    note(following, {
      passes: facts.passes + 1,
      carried: facts.carried + written + deleted,
      newer: facts.newer + precedence.kept,
      beganMs,
      state: 'carrying',
    })
    failpoint('copy.carried')
    const { passes, left, perMinute } = following.facts
    run.emit({
      type: 'copy_pass',
      ...{ pass: passes, written, deleted, seconds, left, per_minute: perMinute, state: 'carrying' },
    })
    following.report = report
    const isSettled = beganMs - startedMs >= settleMs
    if (isSettled && written + deleted === 0) return
    if (isSettled && isLate(precedence, startedMs + settleMs)) throw stillWritten(following)
    await wait(options.recheckAfterMs, undefined, { signal: AbortSignal.any([run.signal, run.stop]) }).catch(
      () => {
        run.signal.throwIfAborted()
        run.stop.throwIfAborted()
      },
    )
  }
}

/** True if the source received something after all writes from before the switch were done. */
function isLate({ newestSentMs }: SwitchPrecedence, settledMs: number): boolean {
  return newestSentMs > settledMs
}

function requireTaken({ pass, class: name }: Following, refused: number, reason: string | undefined): void {
  if (refused === 0) return
  const { switchAlias } = pass.options
  const fact = `${switchAlias} means ${name}, but ${refused} objects that ${pass.from.name} got meanwhile were rejected: ${reason}`
  throw new ElysiaError('ELYSIA_INCOMPLETE', fact, {
    hint: 'the rejects file has each with its reason; correct them in the source, and give the same command again',
  })
}

function stillWritten({ pass, class: name }: Following): ElysiaError {
  const { from, options } = pass
  const fact = `${options.switchAlias} means ${name} now, but somebody still writes to ${from.name} in ${from.store.target} itself`
  return new ElysiaError('ELYSIA_INCOMPLETE', fact, {
    hint: `let what writes there use the alias, then give the same command again: it carries over what has come meanwhile`,
  })
}
