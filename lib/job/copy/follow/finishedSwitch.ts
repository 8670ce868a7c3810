import { isDeepStrictEqual } from 'node:util'
import { classNameOf } from '../../../change/collectionName.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { RunRecord } from '../../../run/record.ts'
import { declaredTransform } from '../../../transform/pipeline.ts'
import type { AliasFacts } from '../../restore/alias/plan.ts'
import { RestoreLog } from '../../restore/progressTable.ts'
import type { CopyReport } from '../report.ts'
import { followOfCounts } from './facts.ts'
import type { FollowRun } from './followRun.ts'

const INTO_ALIAS = '--into-alias '

/**
 * The result for the alias if an interrupted process switched it and nothing else was left to do; otherwise undefined.
 * Since then everyone writes to the copy: another pass would reset it to the source.
 */
export async function resultIfSwitched(following: FollowRun): Promise<AliasFacts | undefined> {
  const { pass, run, class: name } = following
  const { store } = pass.target
  const { state } = run.context
  const last = lastSwitch(following)
  if (state === undefined || last === undefined) return undefined
  const alias = classNameOf(last.input.slice(INTO_ALIAS.length))
  const recordedSwitch = new RestoreLog(state.database, last.record.run).switch
  const isDone = last.record.status === 'done'
  if (recordedSwitch === undefined && !isDone) return undefined
  const aliases = await run.retrying(pass.options.retryForMs)(() => store.aliases())
  if (aliases.find((one) => one.alias === alias)?.collection !== name) return undefined
  if (!isDone) state.journal.finish(last.record.run, 'done')
  return { name: alias, before: recordedSwitch?.before ?? null, switched: true, dropped: false }
}

/**
 * The result for the alias if it means the copy already, and an earlier run of the same command, with the same selection and
 * transforms, has switched it and finished: nothing is left to do. Undefined if the alias does not mean the copy.
 * @throws ElysiaError ELYSIA_CONFLICT if it does for another reason: a copy would undo what came through it
 */
export async function resultIfFinished(following: FollowRun): Promise<AliasFacts | undefined> {
  const { pass, run, source, class: name } = following
  const { options, from, target } = pass
  if (options.switchAlias === undefined) return undefined
  const alias = classNameOf(options.switchAlias)
  const aliases = await run.retrying(options.retryForMs)(() => target.store.aliases())
  if (aliases.find((one) => one.alias === alias)?.collection !== name) return undefined
  const inputs = [`${from.store.target}#${source}`, '--follow']
  const runs = run.context.state?.journal.runs(target.store.target) ?? []
  const ofClass = runs.filter((one) => one.run !== run.id && one.kind === 'copy' && one.class === name)
  const at = ofClass.findIndex((one) => isDeepStrictEqual(one.inputs, inputs))
  const earlier = ofClass[at]
  const isSame = followOfCounts(earlier?.counts)?.asked === following.facts.asked
  const hasSwitched = ofClass.slice(0, Math.max(0, at)).some((one) => isSwitchTo(alias, one))
  if (earlier?.status === 'done' && isSame && hasSwitched && pass.context.fresh !== true)
    return { name: alias, before: null, switched: true, dropped: false }
  const fact = `the alias ${alias} means ${name} already: a copy would undo what was written through it`
  throw new ElysiaError('ELYSIA_CONFLICT', fact, {
    hint: `nothing was written; to make ${name} equal to ${source} all the same, use --sync without --switch-alias`,
  })
}

/** True for a pass that made the alias mean its class: whoever moved it by hand carried nothing over. */
function isSwitchTo(alias: string, { status, inputs }: RunRecord): boolean {
  return (
    status === 'done' &&
    inputs.some((one) => one.startsWith(INTO_ALIAS) && classNameOf(one.slice(INTO_ALIAS.length)) === alias)
  )
}

/** The last pass of this copy that was to end with a switch: it began after the copy itself. */
function lastSwitch({
  run,
  pass,
  class: name,
}: FollowRun): { readonly record: RunRecord; readonly input: string } | undefined {
  for (const record of run.context.state?.journal.runs(pass.target.store.target) ?? []) {
    if (record.run === run.id) return undefined
    if (record.kind !== 'copy' || record.class !== name) continue
    const input = record.inputs.find((one) => one.startsWith(INTO_ALIAS))
    if (input !== undefined) return { record, input }
  }
  return undefined
}

/** The report of a process that found the copy finished: it sent nothing. */
export function emptyReport({ pass, source, class: name }: FollowRun, alias: AliasFacts): CopyReport {
  const { from, target, context } = pass
  return {
    id: '',
    status: 'done',
    class: name,
    target: target.store.target,
    source: { target: from.store.target, class: source },
    sync: true,
    dry_run: false,
    objects: 0,
    written: 0,
    unchanged: 0,
    deleted: 0,
    rejected: {},
    reject_reasons: [],
    skipped: {},
    filtered: 0,
    vectors: 0,
    vectors_absent: 0,
    references: 0,
    references_rejected: 0,
    tenants: 0,
    alias,
    transforms: (context.transforms ?? []).map(declaredTransform),
    parts: 0,
    parts_continued: 0,
    patches: [],
    schema_differences: [],
    verification: null,
    health: [],
    comparison: null,
    follow: null,
    undo: null,
    retries: 0,
    workers: 0,
    started_at: '',
    seconds: 0,
    rate: 0,
    peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
  }
}
