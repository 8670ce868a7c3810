import Type from 'typebox'
import {
  count,
  error,
  headOf,
  list,
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
  transforms,
} from './parts.ts'

const backupReport = object('The report of a backup.', {
  id: runId,
  archive: text('The id of the archive; empty if the backup failed before it had one.'),
  status: one(['done', 'interrupted', 'failed'], 'How the run ended.'),
  kind: one(['full', 'incremental'], 'incremental: the archive holds only what has changed since `base`.'),
  base: optional(text('Only for an increment: the id of the archive that it is based on.')),
  collection: text('The class.'),
  target,
  location: text('The path of the archive; `-` for a pipe.'),
  format: text('jsonl, json or parquet.'),
  compression: text('The compression with its level: `zstd:3`.'),
  reason: optional(text('Why this compression was chosen.')),
  parts: count('Parts of the archive.'),
  parts_kept: count('Parts kept from an interrupted run.'),
  objects: count('Objects of the archive.'),
  rejected: count('Objects that a transform refused; the archive lacks them.'),
  reject_reasons: list(
    object('A reason.', {
      reason: text('The reason, in words.'),
      count: count('How many were rejected for this reason.'),
    }),
    'The first ten reasons.',
  ),
  rejects_file: optional(text('The file with the rejected objects.')),
  transforms,
  not_found: optional(count('Ids of `--objects` that do not exist in the store.')),
  vectors: count('Vectors of the archive.'),
  tenants: optional(count('Tenants of the archive.')),
  bytes: count('Bytes on disk.'),
  raw_bytes: count('Bytes before compression.'),
  digest: text('The digest of all objects.'),
  removed: optional(count('Only for an increment: objects of the base that are gone.')),
  state: optional(
    object('Only for an increment: the whole collection.', {
      objects: count('Objects in all.'),
      digest: text('The digest of all objects.'),
    }),
  ),
  counts: optional(
    object('How many objects the store counted, and how many were written.', {
      before: count('Objects that the store counted before the scan.'),
      after: count('Objects that the store counted after the scan.'),
      written: count('Objects that were written.'),
      filtered: optional(count('Objects that were read, but left out by the selection or a transform.')),
      rejected: optional(count('Objects that were read, but refused by a transform.')),
    }),
  ),
  consistency: optional(text('Whether the collection changed during the scan.')),
  retries,
  started_at: startedAt,
  seconds,
  rate: number('Objects per second.'),
  peak_rss_bytes: rss,
  error: optional(error),
})

const backupPlan = object('The plan of a dry run.', {
  status: one(['planned'], 'True for a dry run: nothing was written.'),
  kind: one(['full', 'incremental'], 'incremental: the archive holds only what has changed since `base`.'),
  base: optional(text('Only for an increment: the id of the archive that it would be based on.')),
  base_objects: optional(
    count('Only for an increment: objects in the base, including those in its own bases.'),
  ),
  collection: text('The class.'),
  target,
  format: text('jsonl, json or parquet.'),
  compression: text('The compression with its level: `zstd:3`.'),
  objects: count('Objects that the store counts.'),
  tenants: optional(count('Tenants that would be read.')),
  ranges: count('Ranges of ids that would be read.'),
  part_size: count('Bytes of a part, before compression.'),
})

const backupSet = object('Several backups that were made in one run.', {
  set: text('The id that the archives share.'),
  backups: list(backupReport, 'The backups, in the order in which they were made.'),
  failed: list(
    object('A collection that was not backed up.', { collection: text('The class.'), error }),
    'The collections that failed.',
  ),
})

export const backupDocument = Type.Union(
  [backupReport, backupPlan, backupSet],
  headOf('backup', '`col backup --json`, with and without --dry-run, and of several collections.'),
)
