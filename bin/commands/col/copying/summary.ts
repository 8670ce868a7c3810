import type { Context } from '../../../cli/command.ts'
import { commandLine } from '../../../cli/signal/commandLine.ts'
import { type CopyOptions, type CopyReport, copyJob, pluralize, sumCounts } from '../../../library.ts'
import { byCode, type Row, rowLines } from '../../../view/summary.ts'
import { healthDangers } from '../restoring/end.ts'

/** A report for the user: the counts below `objects` add up to it. */
export function copySummary(report: CopyReport, rejectsPath: string | undefined): string[] {
  const { status, class: name, target, source, seconds, rate, retries, id } = report
  const from = `from ${source.class} in ${source.target}`
  if (status === 'planned') {
    const parts = `in ${pluralize(report.parts, 'range')}`
    return ['dry run: nothing is written', `${name} in ${target}, ${from}, ${parts}`, ...reasons(report)]
  }
  const repeated = retries === 0 ? '' : `, ${retries} ${retries === 1 ? 'retry' : 'retries'}`
  return [
    `${status}: ${name} in ${target}, ${from}, run ${id}`,
    ...rowLines(rows(report)),
    ...reasons(report),
    ...proof(report),
    ...followed(report),
    `${seconds.toFixed(2)} s, ${Math.round(rate)} objects/s${repeated}`,
    ...(rejectsPath === undefined ? [] : [`rejected objects: ${rejectsPath}`]),
  ]
}

function reasons({ reject_reasons }: CopyReport): string[] {
  return reject_reasons.map(({ reason, count }) => `rejected, ${count} ×: ${reason}`)
}

function rows(report: CopyReport): Row[] {
  const { objects, written, unchanged, filtered, deleted, rejected, skipped, sync } = report
  const { vectors, references, references_rejected, tenants, parts, parts_continued } = report
  const some = (depth: number, name: string, count: number): Row[] =>
    count === 0 ? [] : [[depth, name, count]]
  return [
    [0, 'objects', objects],
    [1, 'written', written],
    ...(sync ? ([[1, 'unchanged', unchanged]] as Row[]) : some(1, 'unchanged', unchanged)),
    ...some(1, 'filtered', filtered),
    ...byCode(1, 'rejected', rejected),
    ...byCode(1, 'skipped', skipped),
    ...(sync ? ([[0, 'deleted', deleted]] as Row[]) : some(0, 'deleted', deleted)),
    [0, 'vectors', vectors],
    ...some(0, 'references', references),
    ...some(1, 'rejected', references_rejected),
    ...some(0, 'tenants', tenants),
    [0, 'ranges', parts],
    ...some(1, 'done before', parts_continued),
  ]
}

function followed({ follow, alias }: CopyReport): string[] {
  if (follow === null) return []
  const { state, passes, written, deleted, left, per_minute, carried, newer } = follow
  const all = `${pluralize(passes, 'pass', 'passes')}: ${written} written, ${deleted} deleted`
  const next = state === 'finished' ? '' : `; about ${left} left, ${per_minute} a minute`
  const switched = alias?.switched === true ? [`the alias ${alias.name} means the copy`] : []
  const over =
    carried === 0 ? [] : [`${pluralize(carried, 'object')} carried over that changed around the switch`]
  const stayed = newer === 0 ? [] : [`${newer} left as they came through the alias meanwhile`]
  return [`${state} after ${all}${next}`, ...switched, ...over, ...stayed]
}

/** What differed before the switch of an alias was on its way, and has been carried over since. */
function isCarriedOver({ follow, alias }: CopyReport): boolean {
  return follow?.state === 'finished' && alias?.switched === true
}

function proof(report: CopyReport): string[] {
  const { verification, comparison } = report
  const lines: string[] = []
  if (verification !== null) {
    lines.push(`counted: ${verification.count} of ${verification.expected} objects are there`)
  }
  if (comparison !== null) {
    const { compared, equal, only_source, only_target, different, changing } = comparison
    const facts = [
      `${equal} equal`,
      ...(only_source > 0 ? [`${only_source} only in the source`] : []),
      ...(only_target > 0 ? [`${only_target} only in the target`] : []),
      ...(different > 0 ? [`${different} different`] : []),
      ...(changing > 0 ? [`${changing} changing`] : []),
    ]
    const before =
      isCarriedOver(report) && equal < compared ? ' before the switch; the rest was carried over' : ''
    lines.push(`compared: ${pluralize(compared, 'object')}: ${facts.join(', ')}${before}`)
  }
  return lines
}

/** How to roll back the changes to an existing collection. */
export function rollbackText({ settings }: Pick<Context, 'settings'>, report: CopyReport): string[] {
  const { id, undo, target } = report
  if (undo === null || undo.objects === 0) return []
  const named = Object.entries(settings.targets).find(([, { url }]) => url === target)?.[0]
  const line = commandLine(['col', 'rollback', id, '--target', named ?? target])
  return [`undo it with: ${line} (until ${undo.kept_until.slice(0, 10)})`]
}

/** What a finished copy lacks; undefined if it is complete. */
export async function missingFromCopy(
  report: CopyReport,
  options: CopyOptions,
  path: string | undefined,
): Promise<string | undefined> {
  const { rejected, references_rejected, not_found = 0, dry_run, comparison } = report
  const { countDifferences: differing } = await copyJob()
  const refused = sumCounts(rejected)
  const apart = comparison === null || isCarriedOver(report) ? 0 : differing(comparison, options)
  const lacks = [
    ...(refused === 0 ? [] : [`${pluralize(refused, 'object')} ${dry_run ? 'would be ' : ''}rejected`]),
    ...(references_rejected === 0 ? [] : [`${pluralize(references_rejected, 'reference')} rejected`]),
    ...(not_found === 0 ? [] : [`${pluralize(not_found, 'id')} of --objects not found`]),
    ...healthDangers(report),
    ...(apart === 0 ? [] : [`${pluralize(apart, 'object')} not the same on both sides: \`diff\` names them`]),
  ]
  if (lacks.length === 0) return undefined
  return `${lacks.join(', ')}${path === undefined ? '' : `; see ${path}`}`
}
