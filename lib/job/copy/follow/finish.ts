import { ElysiaError } from '../../../core/errors.ts'
import { failpoint } from '../../../core/failpoint.ts'
import { sum } from '../../../core/report.ts'
import { changesSince } from '../changed.ts'
import { compareSides, differing } from '../compare.ts'
import { reshapes, runPass } from '../pass.ts'
import type { CopyComparison } from '../report.ts'
import { type Following, quietly } from './following.ts'

/** So often both sides are compared: what came meanwhile is sent by another pass. */
const ROUNDS = 5

/** What both sides have to be. */
const EQUAL = { sync: true, onConflict: 'fail' } as const

/**
 * The last passes of a copy: one after another until both sides are equal, then the switch of the alias. Answers true, since
 * the copy is done. What transforms have made is not compared with the source: there a pass over everything has to find that
 * nothing is to be sent.
 * @throws ElysiaError ELYSIA_INCOMPLETE where they do not become equal; the alias then means what it meant
 */
export async function finish(
  following: Following,
  nextPass: (following: Following, whole: boolean) => Promise<void>,
): Promise<boolean> {
  const { options } = following.pass
  const isReshaped = reshapes(following.pass)
  set(following, 'finishing')
  let comparison: CopyComparison | null = null
  for (let round = 1; ; round++) {
    // What a comparison has found may be older than what the last pass has looked at.
    await nextPass(following, isReshaped || round > 1)
    set(following, 'finishing')
    failpoint('copy.last-pass')
    if (!isReshaped) comparison = await compared(following)
    const apart = comparison === null ? sentBy(following) : differing(comparison, EQUAL)
    if (apart === 0) break
    if (round === ROUNDS) throw notEqual(following, apart)
  }
  failpoint('copy.compared')
  if (options.switchAlias !== undefined) await switched(following, options.switchAlias)
  following.report = { ...following.report!, comparison }
  set(following, 'finished')
  return true
}

/** Objects that a pass over everything had to send, to delete, or could not. @throws ElysiaError where some are refused */
function sentBy({ report, pass, class: name }: Following): number {
  const { written, deleted, rejected, references_rejected: links } = report!
  const refused = sum(rejected) + links
  if (refused === 0) return written + deleted
  const [first] = report!.reject_reasons
  const fact = `${refused} objects or references of ${pass.from.name} were rejected: ${first?.reason}`
  throw new ElysiaError('ELYSIA_INCOMPLETE', `${fact}; ${name} lacks them${aliasStays(pass)}`, {
    hint: 'the rejects file has each with its reason; correct them in the source, or what is made of them, and give the same command again',
  })
}

function aliasStays({ options: { switchAlias } }: Following['pass']): string {
  return switchAlias === undefined ? '' : `, and ${switchAlias} means what it meant`
}

function set(following: Following, state: 'finishing' | 'finished'): void {
  following.facts = { ...following.facts, state }
}

function compared({ pass, run, source, class: name }: Following): Promise<CopyComparison> {
  const { from, target, options } = pass
  const { signal, stop, emit } = run
  const [left, right] = [
    { store: from.store, name: source },
    { store: target.store, name },
  ]
  const retry = run.retrying(options.retryForMs)
  return compareSides(left, right, { options, retry, signal, stop, emit })
}

/** A pass that ends with the switch: what comes until then is sent, and an interrupted one goes on where it was. */
async function switched(following: Following, intoAlias: string): Promise<void> {
  const { pass, facts, run } = following
  const { store } = pass.from
  const ended = await runPass({
    ...pass,
    changedSinceMs: await run.retrying(pass.options.retryForMs)(() => changesSince(store, facts.beganMs)),
    options: { ...pass.options, verify: false, undo: pass.options.undo && !facts.made },
    context: { ...pass.context, confirm: async () => true, onEvent: quietly(run.emit) },
    restore: { intoAlias },
  })
  following.report = ended.report
  if (ended.error !== undefined) throw ended.error
}

function notEqual({ pass, class: name }: Following, apart: number): ElysiaError {
  const { from, target } = pass
  const fact = `${apart} objects differ between ${from.name} in ${from.store.target} and ${name} in ${target.store.target}`
  return new ElysiaError('ELYSIA_INCOMPLETE', `${fact} after ${ROUNDS} passes${aliasStays(pass)}`, {
    hint: 'stop what writes to the source, or let it write to the target, then give the same command again; `elysiactl diff` names the objects',
  })
}
