import { type BackupReport, pluralize, roughSize } from '../../library.ts'

/** A report in lines for the user; the last is the archive, ready to be copied. */
export function backupSummary(report: BackupReport): string[] {
  const { counts, bytes, raw_bytes, parts, parts_kept, tenants, seconds, rate, retries } = report
  const filtered = counts?.filtered === undefined ? '' : `, ${counts.filtered} left out`
  const refused = report.rejected === 0 ? '' : `, ${report.rejected} rejected`
  const counted =
    counts && `${filtered}${refused} (the store counted ${counts.before} before, ${counts.after} after)`
  const share =
    raw_bytes === 0 ? '' : `, ${((100 * bytes) / raw_bytes).toFixed(1)} % of ${roughSize(raw_bytes)}`
  const keptText = parts_kept === 0 ? '' : ` (${parts_kept} kept)`
  const rows: [string, string][] = [
    ...(report.base === undefined ? [] : ([['since', report.base]] as [string, string][])),
    ...(report.state === undefined
      ? ([['objects', `${report.objects}${counted ?? ''}`]] as [string, string][])
      : changes(report.state.objects, report, counted)),
    ['vectors', String(report.vectors)],
    ...(tenants === undefined ? [] : ([['tenants', String(tenants)]] as [string, string][])),
    ['parts', `${parts}${keptText}, ${report.format}, ${report.compression}`],
    ['size', `${roughSize(bytes)}${share}`],
    ['digest', report.digest.slice(0, 16)],
  ]
  return [
    `${report.status}: ${report.collection} of ${report.target}, archive ${report.archive}`,
    ...rows.map(([name, value]) => `  ${name.padEnd(9)}${value}`),
    ...report.reject_reasons.map(({ reason, count }) => `rejected, ${count} ×: ${reason}`),
    ...(report.consistency === undefined ? [] : [report.consistency]),
    `${seconds.toFixed(2)} s, ${Math.round(rate)} objects/s${retries === 0 ? '' : `, ${retries} ${retries === 1 ? 'retry' : 'retries'}`}`,
    ...(report.rejects_file === undefined ? [] : [`rejected objects: ${report.rejects_file}`]),
    `archive: ${report.location}`,
  ]
}

/** For an increment: what it holds, and what remains from its base. */
function changes(
  all: number,
  { objects, removed = 0 }: BackupReport,
  counts: string | undefined,
): [string, string][] {
  return [
    ['objects', `${all}${counts ?? ''}`],
    ['changed', `${objects} new or changed, ${removed} gone`],
  ]
}

/** What a finished backup lacks; undefined if it is complete. */
export function missingFromBackup(report: BackupReport): string | undefined {
  const { not_found = 0, rejected, rejects_file: file } = report
  const lacks = [
    ...(rejected === 0
      ? []
      : [`${pluralize(rejected, 'object')} rejected${file === undefined ? '' : `; see ${file}`}`]),
    ...(not_found === 0 ? [] : [`${pluralize(not_found, 'id')} of --objects not found`]),
  ]
  return lacks.length === 0 ? undefined : lacks.join(', ')
}
