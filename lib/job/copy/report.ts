import type { DiffReport } from '../diff/report.ts'
import { RESTORE_REPORT, type RestoreReport } from '../restore/report.ts'
import type { FollowState } from './follow/facts.ts'

/** Fields of a restore's report that a copy does not use. */
type OfArchives =
  | 'archive'
  | 'kind'
  | 'collection'
  | 'parts_damaged'
  | 'aliases'
  | 'planned'
  | 'changed'
  | 'left_alone'

/** The result of comparing source and target. */
export interface CopyComparison {
  /** Ids on one side or both: the sum of the other counts. */
  readonly compared: number
  readonly equal: number
  readonly only_source: number
  readonly only_target: number
  readonly different: number
  readonly changing: number
  readonly gone: number
}

/** The source of a copy. */
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
  /** With `follow` and `finish`: its progress; null without. */
  follow: FollowReport | null
}

/** The progress of a copy that follows its source. */
export interface FollowReport {
  readonly state: FollowState
  /** Finished passes of all its processes. */
  readonly passes: number
  /** Objects that the passes wrote and deleted. */
  readonly written: number
  readonly deleted: number
  /** Objects still to be sent, approximately. */
  readonly left: number
  /** Objects that change in the source per minute, approximately. */
  readonly per_minute: number
  /** Objects that the source received around the switch of the alias, and that were carried over after it. */
  readonly carried: number
  /** Objects that stayed because they had come through the alias meanwhile. */
  readonly newer: number
}

const { archive, kind, collection, parts_damaged, aliases, planned, changed, left_alone, ...OF_BOTH } =
  RESTORE_REPORT

/** What each field of the report means, for SPEC.md. */
export const COPY_REPORT: Readonly<Record<keyof CopyReport, string>> = {
  ...OF_BOTH,
  source: '`{target, class}` of the collection that was copied.',
  sync: 'True where the target was made equal to the source (`--sync`).',
  comparison:
    '`{compared, equal, only_source, only_target, different, changing, gone}` of `--verify`; null without it.',
  follow:
    '`{state, passes, written, deleted, left, per_minute, carried, newer}` of `--follow` and `--finish`; null without. `carried` are objects that the source got around the switch and that were sent after it, `newer` those that stayed as they had come through the alias. The counts of the report are those of the last pass.',
  alias: '`{name, before, switched, dropped}` of `--switch-alias`; null without.',
  objects: 'Objects that were read: the sum of `written`, `unchanged`, `filtered`, `rejected` and `skipped`.',
  tenants: 'Tenants that were copied.',
  parts: 'Ranges of ids of the source.',
  parts_continued: 'Ranges that an interrupted copy had finished.',
  seconds: 'Seconds that the copy took.',
  error: 'Why the copy failed; absent if it did not.',
}

/** Facts that the underlying restore does not know. */
export interface CopyFacts {
  readonly source: CopySource
  readonly sync: boolean
  readonly comparison: CopyComparison | null
}

/** Makes the report of a copy from that of the restore that wrote it. */
export function copyReport(
  {
    archive,
    kind,
    collection,
    parts_damaged,
    aliases,
    planned,
    changed,
    left_alone,
    ...report
  }: RestoreReport,
  { source, sync, comparison }: CopyFacts,
): CopyReport {
  return { ...report, source, sync, comparison, follow: null }
}

/** A comparison in the words of a copy: `left` is the source, `right` the target. */
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
