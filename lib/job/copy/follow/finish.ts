import { ElysiaError } from '../../../core/errors.ts'
import { failpoint } from '../../../core/failpoint.ts'
import { changesSince } from '../changed.ts'
import { compareSides, differing } from '../compare.ts'
import { runPass } from '../pass.ts'
import type { CopyComparison } from '../report.ts'
import { type Following, quietly } from './following.ts'

/** So often both sides are compared: what came meanwhile is sent by another pass. */
const ROUNDS = 5

/**
 * The last passes of a copy: one after another until both sides are equal, then the switch of the alias. Answers true, since
 * the copy is done. What transforms have made is not compared: it is not what the source has.
 * @throws ElysiaError ELYSIA_INCOMPLETE where they do not become equal; the alias then means what it meant
 */
export async function finish(
  following: Following,
  nextPass: (following: Following, whole: boolean) => Promise<void>,
): Promise<boolean> {
  const { context, options } = following.pass
  set(following, 'finishing')
  let comparison: CopyComparison | null = null
  for (let round = 1; ; round++) {
    // What a comparison has found may be older than what the last pass has looked at.
    await nextPass(following, round > 1)
    set(following, 'finishing')
    failpoint('copy.last-pass')
    if ((context.transforms ?? []).length > 0) break
    comparison = await compared(following)
    const apart = differing(comparison, { sync: true, onConflict: 'fail' })
    if (apart === 0) break
    if (round === ROUNDS) throw notEqual(following, apart)
  }
  failpoint('copy.compared')
  if (options.switchAlias !== undefined) await switched(following, options.switchAlias)
  following.report = { ...following.report!, comparison }
  set(following, 'finished')
  return true
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
  return compareSides(left, right, { options, signal, stop, emit })
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
  const { from, target, options } = pass
  const fact = `${apart} objects differ between ${from.name} in ${from.store.target} and ${name} in ${target.store.target}`
  const alias = options.switchAlias === undefined ? '' : `, and ${options.switchAlias} means what it meant`
  return new ElysiaError('ELYSIA_INCOMPLETE', `${fact} after ${ROUNDS} passes${alias}`, {
    hint: 'stop what writes to the source, or let it write to the target, then give the same command again; `elysiactl diff` names the objects',
  })
}
