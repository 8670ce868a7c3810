import Type from 'typebox'
import { ARCHIVE_STATUSES } from '../../lib/catalog/status.ts'
import {
  anything,
  byName,
  count,
  counts,
  document,
  error,
  flag,
  headOf,
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

const LEVELS = ['exists', 'stored', 'records', 'live']
const level = one(LEVELS, 'The level.')
const notedLevel = one(
  [...LEVELS, 'rehearsed'],
  'The level; rehearsed: the archive was restored and compared.',
)

const archive = {
  id: text('The id of the archive.'),
  status: one(ARCHIVE_STATUSES, 'The status of the archive.'),
  collection: text('The class.'),
  target,
  started_at: moment('When the backup started.'),
  finished_at: optional(moment('When the backup was completed.')),
  updated_at: moment('When its row in the catalog last changed.'),
  deleted_at: optional(moment('When the archive was removed.')),
  root: text('The directory that is locked while the archive is used.'),
  location: text('The path of the archive.'),
  shape: one(['directory', 'file'], 'Whether the archive is a directory or a file.'),
  content: text('`full`, or `schema` for an archive without objects.'),
  format: text('jsonl, json or parquet.'),
  compression: text('The compression with its level: `zstd:3`.'),
  objects: count('Objects in the archive.'),
  vectors: count('Vectors in the archive.'),
  bytes: count('Bytes on disk.'),
  raw_bytes: count('Bytes before compression.'),
  parts: count('Parts of the archive.'),
  version: text('The version of the server.'),
  tenants: texts('The tenants in the archive.'),
  kind: one(['full', 'incremental'], 'incremental: the archive holds only what differs from its parent.'),
  parent: optional(text('The id of the archive that this increment is based on.')),
  tags: texts('The tags of the archive.'),
  note: optional(text('The note of the archive.')),
  pinned: flag('True if cleanups keep the archive.'),
  damaged: flag(
    'True if a verification found damage, and no later one of that level found the archive complete.',
  ),
  verified: optional(
    object('The last verification.', {
      level: notedLevel,
      verified_at: moment('When the verification ran.'),
      ok: flag('True if there were no faults.'),
    }),
  ),
  error: optional(text('Why the backup failed or the archive was removed.')),
  holds: text('`full`, or what the archive lacks of its collection.'),
  without_vectors: flag('True if the objects have no vectors.'),
  all_tenants: flag('True if the archive holds all tenants of its collection.'),
  selection: optional(text('How objects and properties were selected, unless all were.')),
}

const unreadable = object('Unreadable archives.', { path: text('The path.'), message: text('Why.') })

export const archivesDocument = document('archives', '`col catalog list --json`.', {
  archives: list(object('An archive.', archive), 'The selected archives, in the order of --sort.'),
  total: count('The number of matching archives, shown or not.'),
  unreadable: list(unreadable, 'Unreadable archives.'),
})

export const archiveDocument = document(
  'archive',
  '`col catalog show --json` and the commands that annotate.',
  {
    ...archive,
    chain: optional(
      list(
        text('The id of an archive.'),
        'The bases of the archive, the archive, and all increments based on it; only in `col catalog show`.',
      ),
    ),
    manifest: optional(anything('The manifest, without schema, ranges and parts.')),
    verifications: optional(
      list(
        object('A verification.', {
          level: notedLevel,
          verified_at: moment('When the verification ran.'),
          ok: flag('True if there were no faults.'),
          errors: count('Faults.'),
          sample: optional(text('The parts that were checked, if not all.')),
        }),
        'The last verification of each level; only in `col catalog show`.',
      ),
    ),
  },
)

export const compactionDocument = document('compaction', '`col catalog compact --json`.', {
  status: one(['done', 'unchanged'], 'unchanged: the archive was already full.'),
  archive: text('The id of the archive.'),
  location: text('The path of the archive.'),
  links: count('Archives that were merged, including this one.'),
  objects: count('Objects in all.'),
  parts: count('Parts of the archive.'),
  bytes: count('Size of its parts in bytes.'),
  digest: text('The digest of all objects.'),
})

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

export const verificationsDocument = document('verifications', '`col catalog verify --json`.', {
  verifications: list(
    object('The result of the verification of one archive.', {
      id: runId,
      archive: text('The id of the archive.'),
      location: text('The path of the archive.'),
      level,
      status: one(['complete', 'damaged', 'unchecked', 'failed', 'interrupted'], 'The result.'),
      parts: count('Parts of the archive.'),
      parts_checked: count('Parts that were checked.'),
      objects_checked: count('Objects that were checked.'),
      bytes_checked: count('Bytes that were read.'),
      num_errors: count('Faults.'),
      broken_parts: texts('Parts with faults.'),
      faults: list(
        object('A fault.', {
          file: text('The file.'),
          fact: text('What is wrong.'),
          part: flag('True if the file is a part.'),
          base: optional(text('The id of the base that the file belongs to, if not to the archive itself.')),
          ids: optional(texts('Only for level live: the first ids that differ in the range of the part.')),
        }),
        'What is wrong.',
      ),
      expired: optional(count('Objects that have expired in the store.')),
      stopped: flag('True if the verification stopped at --max-errors.'),
      suggested_command: optional(text('The command that restores the undamaged parts.')),
      started_at: startedAt,
      seconds,
      error: optional(error),
    }),
    'One verification for each archive.',
  ),
})

const planned = {
  id: text('The id of an archive.'),
  holds: text('What the archive holds of its collection.'),
  reasons: texts('Why.'),
}

export const cleanupDocument = document('cleanup', '`col catalog cleanup --json`.', {
  id: optional(runId),
  status: one(['done', 'interrupted', 'failed', 'planned'], '`planned` without --yes.'),
  rules: list(
    object('A rule.', {
      rule: text('The flag of the rule.'),
      value: text('The value of the rule.'),
      origin: text('`command line`, `environment` or the path of a configuration file.'),
    }),
    'The rules, with their origin.',
  ),
  groups: list(
    object('A group of archives, to which the rules apply.', {
      key: byName(Type.String(), 'What the archives of the group share.'),
      keep: list(
        object('An archive that is kept.', {
          ...planned,
          counters: optional(byName(Type.Integer(), 'How much remains of each --keep count.')),
        }),
        'The archives, newest first.',
      ),
      remove: list(
        object('An archive that is removed.', {
          ...planned,
          displaced_by: optional(text('The newer archive that holds at least as much.')),
        }),
        'The archives, newest first.',
      ),
      warnings: texts('Warnings.'),
    }),
    'The groups of archives.',
  ),
  removed: texts('Ids of the removed archives.'),
  bytes: count('Bytes that were freed, or would be.'),
  failed: list(
    object('An archive that could not be removed.', { id: text('The id.'), message: text('Why.') }),
    'Archives that could not be removed.',
  ),
  started_at: optional(startedAt),
  seconds: optional(seconds),
  error: optional(error),
})

export const rebuildDocument = document('rebuild', '`col catalog rebuild --json`.', {
  roots: list(
    object('The archives below one directory.', {
      root: text('The directory.'),
      complete: count('Complete archives.'),
      partial: count('Partial archives.'),
      deleting: count('Interrupted removals.'),
      gone: count('Archives that are gone.'),
      unreadable: list(unreadable, 'Unreadable archives.'),
      copies: list(
        object('A copy.', {
          path: text('The path.'),
          id: text('The id.'),
          known: text('The path of the archive with that id.'),
        }),
        'Copies of known archives, which are not listed.',
      ),
      without_base: list(
        object('An increment whose base is missing.', {
          id: text('The id.'),
          path: text('The path.'),
          base: text('The id of the base.'),
        }),
        'Increments that cannot be restored.',
      ),
    }),
    'One entry for each directory.',
  ),
})

export const locksDocument = document('locks', '`col catalog unlock --json`.', {
  locks: list(
    object('A lock that was found.', {
      file: text('The lock file.'),
      owner: text('The owner of the lock.'),
      removed: flag('True if the lock was removed.'),
      valid: flag('False for a file that is not a lock.'),
    }),
    'All locks.',
  ),
})

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

export const rollbackDocument = document('rollback', '`col rollback RUN --json`.', {
  id: text('The id of the rollback.'),
  status: one(['done', 'interrupted', 'failed', 'planned'], 'How the run ended; `planned` for a dry run.'),
  undone: text('The id of the run that was rolled back.'),
  class: text('The class that the run changed.'),
  target,
  dry_run: flag('True for a dry run: nothing was written.'),
  objects: count('Objects that the run touched: the sum of the next five.'),
  put_back: count('Objects that were put back as they were before the run.'),
  removed: count('Objects that the run had added and the rollback removed.'),
  unchanged: count('Objects that were already as they were before the run.'),
  left: count('Objects that somebody else has changed since.'),
  rejected: count('Objects that the store refused.'),
  references: count('References of the objects that were put back.'),
  references_rejected: count('References that the store refused.'),
  left_file: nullable(
    text('The file with the ids of objects left or refused, as JSON lines.'),
    'Null if none were left or refused.',
  ),
  tenants_made: texts('Tenants that the run had created.'),
  tenants_removed: texts(
    'Tenants that the run had created and the rollback removed because they were empty.',
  ),
  changes: nullable(
    list(
      object('An object that is not as it was before the run.', {
        id: text('The id.'),
        tenant: optional(text('The tenant of the object.')),
        fate: one(['put_back', 'removed', 'left'], 'What would happen to the object.'),
      }),
      'Up to 1000 objects that a rollback would change or leave.',
    ),
    'Null unless it was a dry run.',
  ),
  verified: nullable(
    count('Objects that were read back and are as they were before.'),
    'Null if nothing was read back.',
  ),
  retries,
  started_at: startedAt,
  seconds,
  peak_rss_bytes: rss,
  error: optional(error),
})

export const deleteDocument = document('delete', '`col delete NAME --json`.', {
  id: runId,
  status: one(['done', 'interrupted', 'failed', 'planned'], 'How the run ended; `planned` for a dry run.'),
  class: text('The class that the objects were deleted from.'),
  target,
  selection: text('How the objects were selected.'),
  dry_run: flag('Nothing was deleted.'),
  objects: count('Objects that were selected: the sum of the next five.'),
  deleted: count('Objects that the store acknowledged as deleted.'),
  gone: count('Objects that somebody else deleted in the meantime.'),
  changed: count('Objects that changed in the meantime and are no longer selected.'),
  rejected: count('Objects that the store refused to delete.'),
  left: count('Objects that the run did not reach.'),
  not_found: optional(count('Ids of `--objects` that do not exist.')),
  undo: nullable(
    object('Where the deleted objects are kept.', {
      directory: text('The directory that keeps them.'),
      objects: count('The number of kept objects.'),
      bytes: count('Their size in bytes.'),
      kept_until: moment('When it expires.'),
    }),
    'Null if they are not kept.',
  ),
  retries,
  started_at: startedAt,
  seconds,
  peak_rss_bytes: rss,
  error: optional(error),
})

export const undosDocument = document('undos', '`col catalog undos --json`.', {
  undos: list(
    object('What a rollback can restore.', {
      id: text('The id of the run that changed a collection.'),
      job: text('The job of the run.'),
      how: text('How the run changed the collection.'),
      class: text('The class.'),
      target,
      started_at: moment('When the run started.'),
      ended_at: nullable(moment('When the run ended.'), 'Null if the run was interrupted.'),
      rolled_back_at: nullable(
        moment('When the run was rolled back.'),
        'Null if the run was not rolled back.',
      ),
      bytes: count('Size of the kept objects in bytes.'),
      kept_until: moment('When the kept objects expire.'),
      directory: text('The directory that keeps them.'),
    }),
    'The runs, newest first.',
  ),
})
