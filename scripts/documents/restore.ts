import Type from 'typebox'
import {
  anything,
  count,
  counts,
  document,
  error,
  flag,
  list,
  moment,
  nullable,
  number,
  object,
  one,
  optional,
  retries,
  rss,
  runId,
  seconds,
  startedAt,
  target,
  text,
  texts,
  transforms,
} from './parts.ts'

/** The fields of the report of a restore. */
export const restoredFields = {
  id: runId,
  status: one(['done', 'interrupted', 'failed', 'planned'], 'How the run ended; `planned` for a dry run.'),
  archive: text('The id of the archive, or the name of a source without one.'),
  kind: text('archive, file, original, export, jsonl or parquet.'),
  collection: text('The class in the source.'),
  class: text('The class in the target.'),
  target,
  dry_run: flag('True for a dry run: nothing was written.'),
  objects: count('Objects in the source: written, unchanged, filtered, rejected and skipped.'),
  written: count('Objects that the store acknowledged.'),
  unchanged: count(
    'Only in an existing class: objects that were not sent because they are already as they should be.',
  ),
  deleted: count(
    'Only in an existing class: objects that were deleted because the source does not have them.',
  ),
  rejected: counts('Rejected objects, by code.'),
  reject_reasons: list(
    object('A reason.', {
      reason: text('The reason, in words.'),
      count: count('How many were rejected for this reason.'),
    }),
    'The first ten reasons.',
  ),
  changed: optional(
    counts('Only for a source from another program: what was changed while reading its objects, by kind.'),
  ),
  skipped: counts(
    'Objects that are missing, by reason: `damaged`, lost with damaged parts; `exists`, skipped because the object already exists.',
  ),
  filtered: count('Objects that `--filter`, `--objects` and transforms left out.'),
  discarded: optional(
    counts('Values that were discarded, by property; absent without `--on-new-property discard-value`.'),
  ),
  added: optional(count('Additional objects that transforms made.')),
  not_found: optional(count('Ids of `--objects` that do not exist in the source.')),
  vectors: count('Vectors that were written.'),
  vectors_absent: count('Vectors of the class that the written objects lack and the store does not compute.'),
  references: count('References that were written.'),
  references_rejected: count('References that the store refused.'),
  tenants: count('Tenants that were restored.'),
  aliases: texts('Aliases of the class.'),
  transforms,
  parts: count('Parts of the source.'),
  parts_continued: count('Parts that an interrupted restore had finished.'),
  parts_damaged: texts('Names of damaged parts.'),
  patches: list(anything('`{rule, path, from, to, reason}`.'), 'Changes to the class.'),
  schema_differences: list(
    anything('`{path, wanted, got}`.'),
    'Differences between the created class and the request.',
  ),
  verification: nullable(
    object('The result of reading all objects back.', {
      count: count('Objects that were found.'),
      expected: count('Objects that were expected.'),
      digest_equal: nullable(Type.Boolean(), 'Null if it was not compared.'),
      expired: optional(count('Objects that have expired.')),
      made: optional(count('Vectors that the store has computed.')),
      unmade: optional(count('Vectors that the store should have computed, but has not.')),
    }),
    'Null if nothing was read back.',
  ),
  planned: nullable(
    object('What `--plan` wrote.', {
      file: text('The plan.'),
      create: count('Objects that the plan creates.'),
      overwrite: count('Objects that the plan replaces.'),
      merge: count('Objects that the plan merges.'),
      delete: count('Objects that the plan deletes.'),
      unchanged: count('Objects that are already as they should be.'),
      skipped: count('Objects that are skipped because they already exist.'),
      filtered: count('Objects that are not selected.'),
      rejected: count('Lines that are not objects, and repeated ids.'),
    }),
    'Null without that option.',
  ),
  left_alone: optional(
    count('Only for `col apply`: objects that should be deleted, but stay because they have changed since.'),
  ),
  alias: nullable(
    object('The outcome of `--into-alias`.', {
      name: text('The alias.'),
      before: nullable(text('The previous class of the alias.'), 'Null if the alias is new.'),
      switched: flag('True if the alias now means the restored class.'),
      dropped: flag('True if the previous class was removed.'),
    }),
    'Null without that option.',
  ),
  undo: nullable(
    object('What a rollback can restore.', {
      directory: text('The directory that keeps it.'),
      objects: count('Objects as they were before.'),
      bytes: count('Size of these objects in bytes.'),
      kept_until: moment('When it expires.'),
    }),
    'Null if nothing of an existing class is kept.',
  ),
  health: list(
    object('A danger to the written objects.', {
      level: one(['stop', 'warning'], 'stop: --degraded does not allow it.'),
      fact: text('What the danger is.'),
    }),
    'Problems of the target seen afterwards: nodes, shards, copies.',
  ),
  retries,
  workers: count('Batches in flight at once: set by `--workers` or found by `auto`; 0 if there were none.'),
  started_at: startedAt,
  seconds,
  rate: number('Objects per second, while this process wrote.'),
  peak_rss_bytes: rss,
  error: optional(error),
}

const restored = object('The report of a restore.', restoredFields)

export const restoreDocument = document('restore', '`col restore --json`.', {
  restores: list(restored, 'One report for each archive, in the order of the command line.'),
  failed: optional(
    list(
      object('A collection that was not restored.', {
        collection: text('The class, or the id of an archive that cannot be read.'),
        error,
      }),
      'Only for a set: the collections that failed.',
    ),
  ),
})
