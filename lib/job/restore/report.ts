import type { DeclaredTransform } from '../../transform/pipeline.ts'
import type { SchemaDifference } from '../../transform/schema/differences.ts'
import type { SchemaPatch } from '../../transform/schema/patch.ts'
import type { HealthFinding } from '../health/report.ts'
import type { AliasFacts } from './alias/plan.ts'
import type { PlannedFacts } from './planned/format.ts'
import type { CountsByCode, RejectReason } from './reasons.ts'
import type { RestoreVerification } from './verify.ts'

/** What a restore did. `objects` = `written`, `unchanged`, `filtered` and all of `rejected` and `skipped`, always. @see SPEC.md, "Restore" */
export interface RestoreReport {
  id: string
  status: 'done' | 'interrupted' | 'failed' | 'planned'
  /** The id of the archive; for a source without one, its name. */
  archive: string
  kind: string
  /** The class of the source. */
  collection: string
  class: string
  target: string
  dry_run: boolean
  /** Objects according to the source; if it does not say, those that were read. */
  objects: number
  written: number
  /** In an existing class: objects that were already right, and were not sent. */
  unchanged: number
  /** In an existing class: objects that were removed because the source does not have them. */
  deleted: number
  /** By code. */
  rejected: CountsByCode
  /** Why this process refused objects: at most ten reasons counted separately. */
  reject_reasons: readonly RejectReason[]
  /** What was changed while reading another program's source, by kind; absent for other sources. */
  changed?: CountsByCode
  /**
   * By reason: `damaged`, objects of damaged parts that were left out; `exists`, objects that yielded to existing ones.
   */
  skipped: CountsByCode
  /** Objects that were not selected, or that a transform left out. */
  filtered: number
  /** Objects that transforms made from others; absent if there are none. */
  added?: number
  /** With `onNewProperty: 'discard-value'`: values that were left out, by property name; absent otherwise. */
  discarded?: CountsByCode
  /** Requested ids that the source does not have; absent if none were requested. */
  not_found?: number
  vectors: number
  /** Vectors that written objects lack and nobody makes. */
  vectors_absent: number
  references: number
  references_rejected: number
  tenants: number
  aliases: string[]
  /** With `intoAlias`: the result for the alias; null without. */
  alias: AliasFacts | null
  /** The transforms that objects went through, in order. */
  transforms: readonly DeclaredTransform[]
  parts: number
  /** Parts that an interrupted restore had finished. */
  parts_continued: number
  parts_damaged: string[]
  patches: readonly SchemaPatch[]
  /** Where the class in the target differs from what was requested. */
  schema_differences: readonly SchemaDifference[]
  verification: RestoreVerification | null
  /** What endangers the written data, according to the target's state afterwards: nodes, shards, copies. */
  health: readonly HealthFinding[]
  /** Where the previous state of a changed class is saved; null if nothing was changed. */
  undo: UndoFacts | null
  /** With `plan`: the file, and what it would do; null without. */
  planned: PlannedFacts | null
  /** Objects that an applied plan would have deleted, but that stay because they have changed. */
  left_alone?: number
  retries: number
  /** Batches in flight at once; with `workers: 'auto'` the best number found. */
  workers: number
  /** When this process began, in ISO 8601 and UTC. */
  started_at: string
  seconds: number
  /** Objects a second that this process wrote, while it wrote. */
  rate: number
  peak_rss_bytes: number
  error?: { code: string; message: string }
}

/** What each field of the report means, for SPEC.md. */
export const RESTORE_REPORT: Readonly<Record<keyof RestoreReport, string>> = {
  id: 'The id of the run.',
  status: '`done`, `interrupted` or `failed`; `planned` for a dry run.',
  archive: 'The id of the archive, or the name of a source without one.',
  kind: '`archive` (a directory), `file` (or pipe), `original`, `export`, `jsonl` or `parquet`.',
  collection: 'The class in the source.',
  class: 'The class in the target.',
  target: 'The store, without secrets.',
  dry_run: 'Nothing was written.',
  objects:
    'Objects of the source, or of the chosen tenants, and those that transforms added: the sum of `written`, `unchanged`, `filtered`, `rejected` and `skipped`. In a dry run: what the manifest says.',
  written: 'Objects that the store acknowledged.',
  unchanged: 'Objects of an existing class that already were as they should be, and were not sent.',
  deleted: 'Into a class that was there: objects that were removed, since the source does not have them.',
  rejected: 'Rejected objects and lines, by code; they are in the rejects file.',
  reject_reasons: 'The first ten reasons, as `{reason, count}`; of this process, references included.',
  changed:
    'Of a source of another program: what reading it changed of its objects, by kind; absent elsewhere.',
  skipped:
    'Skipped objects, by reason: `damaged` for those of damaged parts, `exists` for those that the target had already.',
  filtered: 'Objects that `--filter`, `--objects` and transforms left out.',
  added: 'Objects that transforms made of others; absent where there are none.',
  discarded: 'Values that `--on-new-property discard-value` left out, by property; absent without it.',
  not_found: 'Ids of `--objects` that the source does not have; absent without that option.',
  vectors: 'Vectors that were written.',
  vectors_absent: 'Vectors of the class that written objects lack, and that nobody makes.',
  references: 'References that were written.',
  references_rejected: 'References that the store refused.',
  tenants: 'Tenants that were restored.',
  aliases: 'Aliases of the class.',
  alias:
    '`{name, before, switched, dropped}` of `--into-alias`: its class before, whether it leads to the restored class now, and whether the class before was removed; null without that option.',
  transforms: '`{name, sha256?, text?}` of each transform, in order.',
  parts: 'Parts of the source.',
  parts_continued: 'Parts that an interrupted restore had finished.',
  parts_damaged: 'Names of damaged parts.',
  patches: 'Changes to the class, as `{rule, path, from, to, reason}`.',
  schema_differences: 'Differences between the class and the request, as `{path, wanted, got}`.',
  verification:
    '`{count, expected, digest_equal, expired?, made?, unmade?}` of the objects that were read back; null if none were. `made` are vectors that the store made of those that it was to make, `unmade` those that it did not.',
  health:
    'What endangers what was written, as the target was seen afterwards, as `{level, fact}`: `stop` for what `--degraded` did not ask for.',
  undo: '`{directory, objects, bytes, kept_until}` of what `col rollback` puts back; null where the class is the restore’s own, or with `--no-undo`.',
  planned:
    '`{file, create, overwrite, merge, delete, unchanged, skipped, filtered, rejected}` of `--plan`; null without it.',
  left_alone:
    'Objects that the plan of `col apply` deletes, which have changed since and stay; absent elsewhere.',
  retries: 'Repeated calls to the store.',
  workers:
    'Batches in flight at once: what `--workers` says, or what `auto` has settled on; 0 where none were.',
  started_at: 'When this process started it.',
  seconds: 'Seconds that the restore took.',
  rate: 'Objects per second, while this process wrote.',
  peak_rss_bytes: 'Peak memory of the process.',
  error: 'Why the restore failed; absent if it did not.',
}

/** What can be undone, and for how long. */
export interface UndoFacts {
  readonly directory: string
  readonly objects: number
  readonly bytes: number
  readonly kept_until: string
}
