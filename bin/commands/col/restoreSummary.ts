import { pluralize, type RestoreReport, sumCounts } from '../../library.ts'
import { byCode, type Row, rowLines } from '../../view/summary.ts'
import { shortTarget } from '../../view/target.ts'

/** A report for the user: the counts below `objects` add up to it. */
export function restoreSummary(report: RestoreReport, rejectsPath: string | undefined): string[] {
  const { status, class: name, target, archive, seconds, rate, retries } = report
  if (status === 'planned') return plannedLines(report)
  const repeated = retries === 0 ? '' : `, ${retries} ${retries === 1 ? 'retry' : 'retries'}`
  return [
    `${status}: ${name} in ${shortTarget(target)}, from ${archive}, run ${report.id}`,
    ...rowLines(rows(report)),
    ...reasons(report),
    ...verified(report),
    `${seconds.toFixed(2)} s, ${Math.round(rate)} objects/s${repeated}`,
    ...report.parts_damaged.map((part) => `damaged and left out: ${part}`),
    ...(rejectsPath === undefined ? [] : [`rejected objects: ${rejectsPath}`]),
  ]
}

/** Why objects were refused, a line each. */
function reasons({ reject_reasons }: RestoreReport): string[] {
  return reject_reasons.map(({ reason, count }) => `rejected, ${count} ×: ${reason}`)
}

/** What a dry run found to write. */
function plannedLines(report: RestoreReport): string[] {
  const { class: name, kind, target, archive, objects, filtered, rejected, tenants, parts } = report
  if (report.planned !== null) return planText(report)
  const refused = sumCounts(rejected)
  // Only a manifest gives the number beforehand.
  const objectsText = objects === 0 && kind !== 'archive' ? 'all its objects' : pluralize(objects, 'object')
  const of = tenants === 0 ? '' : ` of ${pluralize(tenants, 'tenant')}`
  return [
    `dry run: nothing is written`,
    `${name} in ${shortTarget(target)}, from ${archive}: ${objectsText}${of}, in ${pluralize(parts, 'part')}`,
    ...(filtered === 0 ? [] : [`${pluralize(filtered, 'object')} would be left out`]),
    ...(refused === 0 ? [] : [`${pluralize(refused, 'object')} would be rejected`]),
    ...reasons(report),
  ]
}

function rows(report: RestoreReport): Row[] {
  const { objects, written, unchanged, filtered, deleted, rejected, skipped, undo, added = 0 } = report
  const { vectors, references, tenants, aliases, parts } = report
  return [
    [0, 'objects', objects],
    ...(added === 0 ? [] : ([[0, 'added', added]] as Row[])),
    [1, 'written', written],
    ...(undo === null && unchanged === 0 ? [] : ([[1, 'unchanged', unchanged]] as Row[])),
    ...(filtered === 0 ? [] : ([[1, 'filtered', filtered]] as Row[])),
    ...byCode(1, 'rejected', rejected),
    ...byCode(1, 'skipped', skipped),
    ...(report.discarded === undefined ? [] : byCode(0, 'values left out', report.discarded)),
    ...(deleted === 0 ? [] : ([[0, 'deleted', deleted]] as Row[])),
    [0, 'vectors', vectors],
    ...(vectors > 0 && report.vectors_absent > 0 ? ([[1, 'lacking', report.vectors_absent]] as Row[]) : []),
    ...(references === 0 ? [] : ([[0, 'references', references]] as Row[])),
    ...(report.references_rejected === 0 ? [] : ([[1, 'rejected', report.references_rejected]] as Row[])),
    ...(tenants === 0 ? [] : ([[0, 'tenants', tenants]] as Row[])),
    ...(aliases.length === 0 ? [] : ([[0, 'aliases', aliases.length]] as Row[])),
    [0, 'parts', parts],
    ...(report.parts_continued === 0 ? [] : ([[1, 'done before', report.parts_continued]] as Row[])),
  ]
}

function verified({ verification }: RestoreReport): string[] {
  if (verification === null) return []
  const { count, expected, digest_equal } = verification
  if (digest_equal === null) return [`counted: ${count} of ${expected} objects are there`]
  const is = digest_equal ? 'equal to what was written' : 'not what was written'
  const { made, unmade } = verification
  const left = unmade === undefined ? '' : `, and left ${unmade} out`
  return [
    `read back: ${count} of ${expected} objects, ${is}`,
    ...(made === undefined ? [] : [`the target made ${pluralize(made, 'vector')}${left}`]),
  ]
}

/** What a plan would do. */
function planText({ class: name, target, archive, planned }: RestoreReport): string[] {
  const { file, ...counts } = planned!
  const rows = Object.entries(counts).filter(([, count]) => count > 0)
  return [
    `plan: ${file}; nothing is written`,
    `${name} in ${shortTarget(target)}, from ${archive}`,
    ...rowLines(rows.map(([what, count]): Row => [0, what, count])),
  ]
}
