import { ElysiaError } from '../../../core/errors.ts'
import { failpoint } from '../../../core/failpoint.ts'
import { sumCounts } from '../../../core/report.ts'
import type { Precedence } from '../../restore/conflict/precedence.ts'
import { changesSince } from '../changesSince.ts'
import { compareSides, countDifferences } from '../compare.ts'
import { changesObjects } from '../pass.ts'
import type { CopyComparison } from '../report.ts'
import { DifferingObjects } from './differingObjects.ts'
import type { FollowRun } from './followRun.ts'
import { carryBound, lastPassBeforeSwitch } from './lateWrites.ts'

/** How often both sides are compared: another pass sends what came meanwhile. */
const ROUNDS = 5

type NextPass = (following: FollowRun, whole: boolean, precedence?: Precedence) => Promise<void>

/** The options of a pass that makes both sides equal. */
const EQUAL = { sync: true, onConflict: 'fail' } as const

/**
 * The last passes of a copy: one after another until both sides are equal, then the switch of the alias. Returns true,
 * since the copy is done. The results of transforms cannot be compared with the source: instead a pass over everything
 * must find nothing to send.
 * @throws ElysiaError ELYSIA_INCOMPLETE if they do not become equal; the alias then keeps its meaning
 */
export async function finishCopy(following: FollowRun, nextPass: NextPass): Promise<boolean> {
  const { options } = following.pass
  const isReshaped = changesObjects(following.pass)
  const bound = await carryBound(following)
  set(following, 'finishing')
  let comparison: CopyComparison | null = null
  let before: DifferingObjects | undefined
  for (let round = 1; ; round++) {
    const sent = await pass(following, nextPass, { whole: isReshaped || round > 1, bound })
    set(following, 'finishing')
    failpoint('copy.last-pass')
    const differing: DifferingObjects | undefined = isReshaped ? undefined : new DifferingObjects()
    if (differing !== undefined) comparison = await compared(following, differing)
    const apart = comparison === null ? sentBy(following) : countDifferences(comparison, EQUAL)
    if (apart === 0) break
    const isLast = round === ROUNDS
    // Late writes are carried over after the switch; every pass leaves fewer.
    if (bound !== undefined && (isLast || apart < options.readyBelow)) {
      const standing = differing === undefined ? sent : await standingOf(following, differing, before)
      if (standing === 0) break
    }
    if (isLast) throw notEqual(following, apart)
    before = differing
  }
  failpoint('copy.compared')
  if (options.switchAlias !== undefined) await lastPassBeforeSwitch(following, options.switchAlias, bound)
  following.report = { ...following.report!, comparison }
  set(following, 'finished')
  return true
}

/** Makes a pass; returns how much it sent that the source already had before the previous pass began. */
async function pass(
  following: FollowRun,
  nextPass: NextPass,
  { whole, bound }: { readonly whole: boolean; readonly bound: number | undefined },
): Promise<number> {
  if (bound === undefined) {
    await nextPass(following, whole)
    return 0
  }
  const { pass: of, facts, run } = following
  const sinceMs = await run.retrying(of.options.retryForMs)(() => changesSince(of.from.store, facts.beganMs))
  let old = 0
  const precedence: Precedence = {
    ofTarget({ source }) {
      if (source.updatedMs !== undefined && source.updatedMs < sinceMs!) old += 1
      return false
    },
    keeps: () => false,
  }
  await nextPass(following, whole, precedence)
  return old
}

/** Differing objects that are not on their way. */
async function standingOf(
  { pass, run, facts, source }: FollowRun,
  found: DifferingObjects,
  before: DifferingObjects | undefined,
) {
  const retry = run.retrying(pass.options.retryForMs)
  const { store } = pass.from
  const sinceMs = await retry(() => changesSince(store, facts.beganMs))
  return found.standing(store.collection(source), sinceMs!, before, retry)
}

/** Objects that a pass over everything sent, deleted, or failed to send. @throws ElysiaError if some were refused */
function sentBy({ report, pass, class: name }: FollowRun): number {
  const { written, deleted, rejected, references_rejected: links } = report!
  const refused = sumCounts(rejected) + links
  if (refused === 0) return written + deleted
  const [first] = report!.reject_reasons
  const fact = `${refused} objects or references of ${pass.from.name} were rejected: ${first?.reason}`
  throw new ElysiaError('ELYSIA_INCOMPLETE', `${fact}; ${name} lacks them${aliasStays(pass)}`, {
    hint: 'the rejects file has each with its reason; correct them in the source, or correct the transforms, and run the same command again',
  })
}

function aliasStays({ options: { switchAlias } }: FollowRun['pass']): string {
  return switchAlias === undefined ? '' : `, and ${switchAlias} means what it meant`
}

function set(following: FollowRun, state: 'finishing' | 'finished'): void {
  following.facts = { ...following.facts, state }
}

function compared(
  { pass, run, source, class: name }: FollowRun,
  { output }: DifferingObjects,
): Promise<CopyComparison> {
  const { from, target, options } = pass
  const { signal, stop, emit } = run
  const [left, right] = [
    { store: from.store, name: source },
    { store: target.store, name },
  ]
  const retry = run.retrying(options.retryForMs)
  return compareSides(left, right, { options, retry, signal, stop, emit, output })
}

function notEqual({ pass, class: name }: FollowRun, apart: number): ElysiaError {
  const { from, target } = pass
  const fact = `${apart} objects differ between ${from.name} in ${from.store.target} and ${name} in ${target.store.target}`
  return new ElysiaError('ELYSIA_INCOMPLETE', `${fact} after ${ROUNDS} passes${aliasStays(pass)}`, {
    hint: 'stop what writes to the source, or let it write to the target, then run the same command again; `elysiactl diff` names the objects',
  })
}
