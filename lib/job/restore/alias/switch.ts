import { ElysiaError } from '../../../core/errors.ts'
import { failpoint } from '../../../core/failpoint.ts'
import { sumCounts } from '../../../core/report.ts'
import { mergeCounts } from '../reasons.ts'
import type { RestoreRun } from '../run.ts'
import { type AliasPlan, aliasInUse, usesOf } from './plan.ts'

/** Announces which class is restored, and which one the alias means. */
export function announceAlias({ alias: plan, class: collection, options, frame }: RestoreRun): void {
  if (plan === undefined || plan.before === collection) return
  frame.emit({ type: 'alias_ahead', ...aliasFacts(plan), collection, dry_run: options.dryRun })
}

/**
 * Makes the alias mean the restored class, in one step, once the class is complete and was read back: until then, or if
 * anything is missing, it keeps its meaning. Then removes the previous class, if asked to.
 * @throws ElysiaError ELYSIA_CONFLICT if someone else moved the alias meanwhile
 */
export async function switchAlias(run: RestoreRun): Promise<void> {
  const { alias: plan, kept, progress, frame, class: name, retry, options } = run
  if (plan === undefined) return
  const missing = missingIn(run)
  if (missing > 0) {
    progress.alias = { name: plan.alias, before: plan.before ?? null, switched: false, dropped: false }
    frame.emit({ type: 'alias_not_switched', ...aliasFacts(plan), collection: name, missing })
    return
  }
  const now = await retry(() => meaningOf(run, plan.alias))
  if (now !== name) {
    if (now !== plan.before) throw movedMeanwhile(run, plan, now)
    kept.log.noteSwitch(now)
    failpoint('restore.before-switch')
    await retry(() => point(run, plan.alias))
    failpoint('restore.switched')
  }
  const before = kept.log.switch?.before
  frame.emit({ type: 'alias_switched', ...aliasFacts({ ...plan, before }), collection: name })
  progress.aliases.push(plan.alias)
  progress.alias = { name: plan.alias, before: before ?? null, switched: true, dropped: false }
  if (!options.dropOld || before === undefined || before === name) return
  failpoint('restore.before-drop-old')
  await dropOld(run, before)
  progress.alias = { ...progress.alias, dropped: true }
}

/** Objects and references of the archive that are missing in the restored class. */
function missingIn({ progress: { parts, damaged } }: RestoreRun): number {
  const facts = [...parts.values()]
  const rejected = sumCounts(mergeCounts(facts.map((one) => one.rejected)))
  return facts.reduce((all, one) => all + one.referencesRejected, rejected + damaged.size)
}

async function meaningOf({ store }: RestoreRun, alias: string): Promise<string | undefined> {
  return (await store.aliases()).find((one) => one.alias === alias)?.collection
}

/** A call that failed on its way may have moved it: check before each attempt. */
async function point(run: RestoreRun, alias: string): Promise<void> {
  const { store, class: collection } = run
  const now = await meaningOf(run, alias)
  if (now === collection) return
  if (now !== undefined && (await store.moveAlias({ alias, collection }))) return
  await store.createAlias({ alias, collection })
}

/**
 * Keeps the class if something began to refer to it since the restore was planned.
 * @throws ElysiaError ELYSIA_CONFLICT
 */
async function dropOld(
  { store, frame, retry, alias, class: own }: RestoreRun,
  before: string,
): Promise<void> {
  const uses = await retry(async () => {
    const classes = await store.names()
    const aliases = await store.aliases()
    return usesOf(store, before, { alias: alias!.alias, class: own, classes, aliases })
  })
  if (uses.length > 0) throw aliasInUse(before, uses, `${alias!.alias} means ${own} now, complete;`)
  frame.context.state?.journal.forget(store.target, before)
  await retry(() => store.drop(before))
  frame.emit({ type: 'collection_dropped', collection: before })
}

function aliasFacts({ alias, before }: Pick<AliasPlan, 'alias' | 'before'>) {
  return { alias, ...(before !== undefined && { before }) }
}

function movedMeanwhile(run: RestoreRun, { alias, before }: AliasPlan, now: string | undefined): ElysiaError {
  const was = before === undefined ? 'was not there' : `meant ${before}`
  const is = now === undefined ? 'is not there' : `means ${now}`
  const fact = `the alias ${alias} ${was} when the restore began, and ${is} now: it was not switched`
  return new ElysiaError('ELYSIA_CONFLICT', fact, {
    hint: `${run.class} is complete; the same command switches the alias to it`,
  })
}
