import type { RunCounts } from '../../run/record.ts'
import type { DiffReport } from '../diff/report.ts'
import { RESTORE_REPORT, type RestoreReport, restoreCounts } from '../restore/report.ts'

/** Fields of the report of a restore that a copy has no use for. */
type OfArchives =
  | 'archive'
  | 'kind'
  | 'collection'
  | 'parts_damaged'
  | 'aliases'
  | 'alias'
  | 'planned'
  | 'changed'
  | 'left_alone'

/** How two sides compare. */
export interface CopyComparison {
  /** Ids that one side or both have: the sum of the other counts. */
  readonly compared: number
  readonly equal: number
  readonly only_source: number
  readonly only_target: number
  readonly different: number
  readonly changing: number
  readonly gone: number
}

/** Where a copy comes from. */
export interface CopySource {
  /** The store, without secrets. */
  readonly target: string
  readonly class: string
}

/** What a copy did. `objects` = `written`, `unchanged`, `filtered` and all of `rejected` and `skipped`, always. @see SPEC.md, "Copy" */
export interface CopyReport extends Omit<RestoreReport, OfArchives> {
  source: CopySource
  sync: boolean
  /** With `verify`: how both sides compare afterwards; null without. */
  comparison: CopyComparison | null
}

const { archive, kind, collection, parts_damaged, aliases, alias, planned, changed, left_alone, ...OF_BOTH } =
  RESTORE_REPORT

/** What each field of the report means, for SPEC.md. */
export const COPY_REPORT: Readonly<Record<keyof CopyReport, string>> = {
  ...OF_BOTH,
  source: '`{target, class}` of the collection that was copied.',
  sync: 'True where the target was made equal to the source (`--sync`).',
  comparison:
    '`{compared, equal, only_source, only_target, different, changing, gone}` of `--verify`; null without it.',
  objects: 'Objects that were read: the sum of `written`, `unchanged`, `filtered`, `rejected` and `skipped`.',
  tenants: 'Tenants that were copied.',
  parts: 'Ranges of ids of the source.',
  parts_continued: 'Ranges that an interrupted copy had finished.',
  seconds: 'Seconds that the copy took.',
  error: 'Why the copy failed; absent if it did not.',
}

/** What a report has that the restore below it does not know. */
export interface CopyFacts {
  readonly source: CopySource
  readonly sync: boolean
  readonly comparison: CopyComparison | null
}

export function copyReport(
  {
    archive,
    kind,
    collection,
    parts_damaged,
    aliases,
    alias,
    planned,
    changed,
    left_alone,
    ...report
  }: RestoreReport,
  { source, sync, comparison }: CopyFacts,
): CopyReport {
  return { ...report, source, sync, comparison }
}

export function comparisonOf(report: DiffReport): CopyComparison {
  const { compared, equal, only_left, only_right, different, changing, gone } = report
  return {
    compared,
    equal,
    only_source: only_left,
    only_target: only_right,
    different,
    changing,
    gone,
  }
}

/** What the journal keeps of a copy. */
export function copyCounts(report: RestoreReport): RunCounts {
  return restoreCounts(report)
}
