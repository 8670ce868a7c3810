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
const level = one(LEVELS, 'Its level.')
const notedLevel = one([...LEVELS, 'rehearsed'], 'Its level; rehearsed: it was restored, and compared.')

const archive = {
  id: text('The id of the archive.'),
  status: one(ARCHIVE_STATUSES, 'Its status.'),
  collection: text('Its class.'),
  target,
  started_at: moment('When the backup started.'),
  finished_at: optional(moment('When it was completed.')),
  updated_at: moment('When its row in the catalog last changed.'),
  deleted_at: optional(moment('When it was removed.')),
  root: text('The directory that is locked for it.'),
  location: text('Its path.'),
  shape: one(['directory', 'file'], 'A directory or a file.'),
  content: text('`full`, or `schema` for one without objects.'),
  format: text('jsonl, json or parquet.'),
  compression: text('With its level: `zstd:3`.'),
  objects: count('Its objects.'),
  vectors: count('Its vectors.'),
  bytes: count('Bytes on disk.'),
  raw_bytes: count('Bytes before compression.'),
  parts: count('Its parts.'),
  version: text('The version of its server.'),
  tenants: texts('Its tenants.'),
  kind: one(['full', 'incremental'], 'incremental: it holds what differs from its parent.'),
  parent: optional(text('The archive that it is an increment of.')),
  tags: texts('Its tags.'),
  note: optional(text('Its note.')),
  pinned: flag('Cleanups keep it.'),
  damaged: flag('A verification found damage, and none of that level has found it complete since.'),
  verified: optional(
    object('The last verification.', {
      level: notedLevel,
      verified_at: moment('When.'),
      ok: flag('No faults.'),
    }),
  ),
  error: optional(text('Why it failed, or was removed.')),
  holds: text('`full`, or what it lacks of its collection.'),
  without_vectors: flag('Its objects have no vectors.'),
  all_tenants: flag('It holds all tenants of its collection.'),
  selection: optional(text('How its objects and properties were selected, where not all were.')),
}

const unreadable = object('Unreadable archives.', { path: text('Where.'), message: text('Why.') })

export const archivesDocument = document('archives', '`col catalog list --json`.', {
  archives: list(object('An archive.', archive), 'The selected archives, in the order of --sort.'),
  total: count('How many match, shown or not.'),
  unreadable: list(unreadable, 'Unreadable archives.'),
})

export const archiveDocument = document(
  'archive',
  '`col catalog show --json` and the commands that annotate.',
  {
    ...archive,
    chain: optional(
      list(text('An id.'), 'Its bases, it, and all that are increments of it; of `col catalog show`.'),
    ),
    manifest: optional(anything('Its manifest, without schema, ranges and parts.')),
    verifications: optional(
      list(
        object('A verification.', {
          level: notedLevel,
          verified_at: moment('When.'),
          ok: flag('No faults.'),
          errors: count('Faults.'),
          sample: optional(text('The parts that were checked, if not all.')),
        }),
        'The last one of each level; in `col catalog show` only.',
      ),
    ),
  },
)

export const compactionDocument = document('compaction', '`col catalog compact --json`.', {
  status: one(['done', 'unchanged'], 'unchanged: it was a full archive already.'),
  archive: text('The id of the archive.'),
  location: text('Where it lies.'),
  links: count('Archives that it was made of, itself included.'),
  objects: count('Objects of it.'),
  parts: count('Parts of it.'),
  bytes: count('Bytes of its parts.'),
  digest: text('The digest over all objects.'),
})

const backupReport = object('The report of a backup.', {
  id: runId,
  archive: text('The id of the archive; empty if the backup failed before it had one.'),
  status: one(['done', 'interrupted', 'failed'], 'How it ended.'),
  kind: one(['full', 'incremental'], 'incremental: what has changed since `base`.'),
  base: optional(text('Of an increment: the archive that it was made of.')),
  collection: text('The class.'),
  target,
  location: text('The path of the archive; `-` for a pipe.'),
  format: text('jsonl, json or parquet.'),
  compression: text('With its level: `zstd:3`.'),
  reason: optional(text('Why this compression was chosen.')),
  parts: count('Parts of the archive.'),
  parts_kept: count('Parts kept from an interrupted run.'),
  objects: count('Objects of the archive.'),
  rejected: count('Objects that a transform refused, which the archive lacks.'),
  reject_reasons: list(
    object('A reason.', { reason: text('In words.'), count: count('Its count.') }),
    'The first ten.',
  ),
  rejects_file: optional(text('Where they are.')),
  transforms,
  not_found: optional(count('Ids of `--objects` of which the store has no object.')),
  vectors: count('Vectors of the archive.'),
  tenants: optional(count('Tenants of the archive.')),
  bytes: count('Bytes on disk.'),
  raw_bytes: count('Bytes before compression.'),
  digest: text('The digest of all objects.'),
  removed: optional(count('Of an increment: objects of the base that are gone.')),
  state: optional(
    object('Of an increment: the whole collection.', {
      objects: count('Objects of it.'),
      digest: text('The digest over all of them.'),
    }),
  ),
  counts: optional(
    object('Objects that the store counted, and that were written.', {
      before: count('Before the scan.'),
      after: count('After the scan.'),
      written: count('Written.'),
      filtered: optional(count('Read, and left out by the selection or a transform.')),
      rejected: optional(count('Read, and refused by a transform.')),
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
  status: one(['planned'], 'Nothing was written.'),
  kind: one(['full', 'incremental'], 'incremental: what has changed since `base`.'),
  base: optional(text('Of an increment: the archive that it would be made of.')),
  base_objects: optional(count('Of an increment: objects that the base holds, with its own bases.')),
  collection: text('The class.'),
  target,
  format: text('jsonl, json or parquet.'),
  compression: text('With its level: `zstd:3`.'),
  objects: count('Objects that the store counts.'),
  tenants: optional(count('Tenants that would be read.')),
  ranges: count('Ranges of ids that would be read.'),
  part_size: count('Bytes of a part, before compression.'),
})

const backupSet = object('Several backups that were made in one run.', {
  set: text('The id that their archives have in common.'),
  backups: list(backupReport, 'In the order in which they were made.'),
  failed: list(
    object('A collection that was not backed up.', { collection: text('Its class.'), error }),
    'Those that failed.',
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
      location: text('Its path.'),
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
          part: flag('The file is a part.'),
          base: optional(
            text('The id of the base that the file is of, where it is not of the archive itself.'),
          ),
          ids: optional(texts('Of level live: the first ids that differ in its range.')),
        }),
        'What is wrong.',
      ),
      expired: optional(count('Objects that have expired in the store.')),
      stopped: flag('It stopped at --max-errors.'),
      suggested_command: optional(text('The command that restores the undamaged parts.')),
      started_at: startedAt,
      seconds,
      error: optional(error),
    }),
    'One for each archive.',
  ),
})

const planned = {
  id: text('The id of an archive.'),
  holds: text('What it holds of its collection.'),
  reasons: texts('Why.'),
}

export const cleanupDocument = document('cleanup', '`col catalog cleanup --json`.', {
  id: optional(runId),
  status: one(['done', 'interrupted', 'failed', 'planned'], '`planned` without --yes.'),
  rules: list(
    object('A rule.', {
      rule: text('Its flag.'),
      value: text('Its value.'),
      origin: text('`command line`, `environment` or the path of a configuration file.'),
    }),
    'The rules, with their origin.',
  ),
  groups: list(
    object('A group of archives, to which the rules apply.', {
      key: byName(Type.String(), 'What its archives have in common.'),
      keep: list(
        object('An archive that is kept.', {
          ...planned,
          counters: optional(byName(Type.Integer(), 'What is left of each --keep count.')),
        }),
        'Newest first.',
      ),
      remove: list(
        object('An archive that is removed.', {
          ...planned,
          displaced_by: optional(text('The newer archive that holds as much.')),
        }),
        'Newest first.',
      ),
      warnings: texts('Warnings.'),
    }),
    'One for each group.',
  ),
  removed: texts('Ids of the removed archives.'),
  bytes: count('Bytes that were freed, or would be.'),
  failed: list(
    object('An archive that could not be removed.', { id: text('Its id.'), message: text('Why.') }),
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
      partial: count('Partial ones.'),
      deleting: count('Interrupted removals.'),
      gone: count('Archives that are gone.'),
      unreadable: list(unreadable, 'Unreadable archives.'),
      copies: list(
        object('A copy.', {
          path: text('Where.'),
          id: text('Its id.'),
          known: text('The path of the archive with that id.'),
        }),
        'Copies, which are not listed.',
      ),
      without_base: list(
        object('An increment whose base is not there.', {
          id: text('Its id.'),
          path: text('Where.'),
          base: text('The id of the base.'),
        }),
        'Increments that cannot be restored.',
      ),
    }),
    'One for each directory.',
  ),
})

export const locksDocument = document('locks', '`col catalog unlock --json`.', {
  locks: list(
    object('A lock that was found.', {
      file: text('Its file.'),
      owner: text('Its owner.'),
      removed: flag('It was removed.'),
      valid: flag('False for a file that is not a lock.'),
    }),
    'All locks.',
  ),
})

/** The fields of the report of a restore. */
export const restoredFields = {
  id: runId,
  status: one(['done', 'interrupted', 'failed', 'planned'], 'How it ended; `planned` for a dry run.'),
  archive: text('The id of the archive, or the name of a source without one.'),
  kind: text('archive, file, original, export, jsonl or parquet.'),
  collection: text('The class in the source.'),
  class: text('The class in the target.'),
  target,
  dry_run: flag('Nothing was written.'),
  objects: count(
    'Objects of the source: written, unchanged, filtered, and all that were rejected and skipped.',
  ),
  written: count('Objects that the store acknowledged.'),
  unchanged: count(
    'Into a class that was there: objects that were not sent, since they are as they should be.',
  ),
  deleted: count('Into a class that was there: objects that the source does not have.'),
  rejected: counts('Rejected objects, by code.'),
  reject_reasons: list(
    object('A reason.', { reason: text('In words.'), count: count('Its count.') }),
    'The first ten.',
  ),
  changed: optional(
    counts('Of a source of another program: what reading it changed of its objects, by kind.'),
  ),
  skipped: counts(
    'Objects that are missing, by reason: `damaged`, those of damaged parts; `exists`, those that gave way.',
  ),
  filtered: count('Objects that `--filter`, `--objects` and transforms left out.'),
  discarded: optional(
    counts('Values that were left out, by property; absent without `--on-new-property discard-value`.'),
  ),
  added: optional(count('Objects that transforms made of others.')),
  not_found: optional(count('Ids of `--objects` of which the source has no object.')),
  vectors: count('Vectors that were written.'),
  vectors_absent: count('Vectors of the class that written objects lack, and that nobody makes.'),
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
    'Differences between the class and the request.',
  ),
  verification: nullable(
    object('The result of reading all objects back.', {
      count: count('Objects that were found.'),
      expected: count('Objects that were expected.'),
      digest_equal: nullable(Type.Boolean(), 'Null if it was not compared.'),
      expired: optional(count('Objects that have expired.')),
      made: optional(count('Vectors that the store has made.')),
      unmade: optional(count('Vectors that it was to make, and has not.')),
    }),
    'Null if nothing was read back.',
  ),
  planned: nullable(
    object('What `--plan` wrote.', {
      file: text('The plan.'),
      create: count('Objects that it creates.'),
      overwrite: count('Objects that it replaces.'),
      merge: count('Objects that it merges.'),
      delete: count('Objects that it deletes.'),
      unchanged: count('Objects that are as they should be.'),
      skipped: count('Objects that give way to what is there.'),
      filtered: count('Objects that are not selected.'),
      rejected: count('Lines that are no objects, and ids that came before.'),
    }),
    'Null without that option.',
  ),
  left_alone: optional(count('Of `col apply`: objects to be deleted that have changed since, and stay.')),
  alias: nullable(
    object('What became of `--into-alias`.', {
      name: text('The alias.'),
      before: nullable(text('The class that it meant before.'), 'Null where there was none.'),
      switched: flag('It means the restored class now.'),
      dropped: flag('The class before was removed.'),
    }),
    'Null without that option.',
  ),
  undo: nullable(
    object('What can be taken back.', {
      directory: text('Where it is kept.'),
      objects: count('Objects as they were.'),
      bytes: count('Bytes that they take.'),
      kept_until: moment('For how long.'),
    }),
    'Null where nothing of a class that was there is kept.',
  ),
  health: list(
    object('What endangers what was written.', {
      level: one(['stop', 'warning'], 'stop: --degraded did not ask for it.'),
      fact: text('What it is.'),
    }),
    'The target as it was seen afterwards: nodes, shards, copies.',
  ),
  retries,
  workers: count('Batches in flight at once: of `--workers`, or what `auto` settled on; 0 where none were.'),
  started_at: startedAt,
  seconds,
  rate: number('Objects per second, while this process wrote.'),
  peak_rss_bytes: rss,
  error: optional(error),
}

const restored = object('The report of a restore.', restoredFields)

export const restoreDocument = document('restore', '`col restore --json`.', {
  restores: list(restored, 'One for each archive, in the order of the command line.'),
  failed: optional(
    list(
      object('A collection that was not restored.', {
        collection: text('Its class, or the id of an archive that cannot be read.'),
        error,
      }),
      'Of a set: those that failed.',
    ),
  ),
})

export const rollbackDocument = document('rollback', '`col rollback RUN --json`.', {
  id: text('The id of the rollback.'),
  status: one(['done', 'interrupted', 'failed', 'planned'], 'How it ended; `planned` for a dry run.'),
  undone: text('The run whose changes were taken back.'),
  class: text('The class that it changed.'),
  target,
  dry_run: flag('Nothing was written.'),
  objects: count('Objects that the run touched: the sum of the next five.'),
  put_back: count('Objects that are as they were before the run, again.'),
  removed: count('Objects that the run had brought.'),
  unchanged: count('Objects that were as before the run already.'),
  left: count('Objects that somebody else has changed since.'),
  rejected: count('Objects that the store refused to take back.'),
  references: count('References of the objects that were put back.'),
  references_rejected: count('References that the store refused.'),
  left_file: nullable(text('Their ids, as JSON lines.'), 'Null where none were left or refused.'),
  tenants_made: texts('Tenants that the run had made.'),
  tenants_removed: texts('Those of them that held nothing any more, and were removed.'),
  changes: nullable(
    list(
      object('An object that is not as it was before the run.', {
        id: text('Its id.'),
        tenant: optional(text('Its tenant.')),
        fate: one(['put_back', 'removed', 'left'], 'What would become of it.'),
      }),
      'Of a dry run: up to 1000 of them.',
    ),
    'Null unless it was a dry run.',
  ),
  verified: nullable(
    count('Objects that were read back and are as before.'),
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
  status: one(['done', 'interrupted', 'failed', 'planned'], 'How it ended; `planned` for a dry run.'),
  class: text('The class that the objects were deleted from.'),
  target,
  selection: text('How the objects were selected.'),
  dry_run: flag('Nothing was deleted.'),
  objects: count('Objects that were selected: the sum of the next five.'),
  deleted: count('Objects that the store acknowledged as deleted.'),
  gone: count('Objects that somebody else had deleted meanwhile.'),
  changed: count('Objects that were changed meanwhile, and are no longer selected.'),
  rejected: count('Objects that the store refused to delete.'),
  left: count('Objects that it did not come to.'),
  not_found: optional(count('Ids of `--objects` of which there is no object.')),
  undo: nullable(
    object('Where what was deleted is kept.', {
      directory: text('Where.'),
      objects: count('Objects.'),
      bytes: count('Bytes.'),
      kept_until: moment('For how long.'),
    }),
    'Null where it is not kept.',
  ),
  retries,
  started_at: startedAt,
  seconds,
  peak_rss_bytes: rss,
  error: optional(error),
})

export const undosDocument = document('undos', '`col catalog undos --json`.', {
  undos: list(
    object('What can be taken back.', {
      id: text('The id of the run that changed a collection.'),
      job: text('What it did.'),
      how: text('How.'),
      class: text('The class.'),
      target,
      started_at: moment('When it started.'),
      ended_at: nullable(moment('When it ended.'), 'Null where it was interrupted.'),
      rolled_back_at: nullable(moment('When it was taken back.'), 'Null where it was not.'),
      bytes: count('Bytes that what was changed takes.'),
      kept_until: moment('For how long it is kept.'),
      directory: text('Where.'),
    }),
    'The newest first.',
  ),
})
