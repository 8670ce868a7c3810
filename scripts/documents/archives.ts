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
} from './parts.ts'

const level = one(['exists', 'stored', 'records', 'live'], 'How deep it looked.')

const archive = {
  id: text('The id of the archive.'),
  status: one(ARCHIVE_STATUSES, 'What became of it.'),
  collection: text('The class that it holds.'),
  target,
  started_at: moment('When the backup began.'),
  finished_at: optional(moment('When it was complete.')),
  updated_at: moment('When its row in the catalog last changed.'),
  deleted_at: optional(moment('When it was removed.')),
  root: text('The directory that its lock is taken on.'),
  location: text('Where it lies.'),
  shape: one(['directory', 'file'], 'What lies there.'),
  content: text('`full`, or `schema` for one without objects.'),
  format: text('jsonl, json or parquet.'),
  compression: text('With its level: `zstd:3`.'),
  objects: count('Objects that it holds.'),
  vectors: count('Vectors that it holds.'),
  bytes: count('Bytes on disk.'),
  raw_bytes: count('Bytes before compression.'),
  parts: count('Parts that it is made of.'),
  version: text('The version of the server.'),
  tenants: texts('Tenants that it holds.'),
  parent: optional(text('The archive that it is an increment of.')),
  tags: texts('Its tags.'),
  note: optional(text('What was noted of it.')),
  pinned: flag('No cleanup removes it.'),
  damaged: flag('A verification found damage, and none as deep has found it whole since.'),
  verified: optional(
    object('The last verification.', {
      level,
      verified_at: moment('When.'),
      ok: flag('Nothing was wrong.'),
    }),
  ),
  error: optional(text('Why it failed, or what became of it.')),
  holds: text('What it holds of its collection: `full`, or what is missing.'),
  without_vectors: flag('Its objects have no vectors.'),
  all_tenants: flag('It holds all tenants of its collection.'),
  selection: optional(text('How its objects and properties were selected, where not all were.')),
}

const unreadable = object('What could not be read.', { path: text('Where.'), message: text('Why.') })

export const archivesDocument = document('archives', '`col catalog list --json`.', {
  archives: list(object('An archive.', archive), 'Those that were asked for, in the order asked for.'),
  total: count('How many there are, shown or not.'),
  unreadable: list(unreadable, 'What lies there and cannot be read.'),
})

export const archiveDocument = document(
  'archive',
  '`col catalog show --json` and the commands that annotate.',
  {
    ...archive,
    manifest: optional(anything('All of its manifest but schema, ranges and parts.')),
    verifications: optional(
      list(
        object('A verification.', {
          level,
          verified_at: moment('When.'),
          ok: flag('Nothing was wrong.'),
          errors: count('Faults.'),
          sample: optional(text('The parts that were looked at, where these were not all.')),
        }),
        'The last of each level; of `col catalog show`.',
      ),
    ),
  },
)

const backupReport = object('What a backup did.', {
  id: runId,
  archive: text('The id of the archive; empty where it failed before it had one.'),
  status: one(['done', 'interrupted', 'failed'], 'How it ended.'),
  kind: one(['full', 'incremental'], 'incremental: what has changed since `base`.'),
  base: optional(text('Of an increment: the archive that it was made of.')),
  collection: text('The class.'),
  target,
  location: text('Where the archive lies; `-` for a pipe.'),
  format: text('jsonl, json or parquet.'),
  compression: text('With its level: `zstd:3`.'),
  reason: optional(text('Why this compression was chosen.')),
  parts: count('Parts of the archive.'),
  parts_kept: count('Parts that an interrupted run had made.'),
  objects: count('Objects of the archive.'),
  not_found: optional(count('Ids of `--objects` of which the store has no object.')),
  vectors: count('Vectors of the archive.'),
  tenants: optional(count('Tenants of the archive.')),
  bytes: count('Bytes on disk.'),
  raw_bytes: count('Bytes before compression.'),
  digest: text('The digest over all objects.'),
  removed: optional(count('Of an increment: objects of the base that are gone.')),
  state: optional(
    object('Of an increment: the whole collection.', {
      objects: count('Objects of it.'),
      digest: text('The digest over all of them.'),
    }),
  ),
  counts: optional(
    object('Objects as the store counted them, and as they were written.', {
      before: count('Before the scan.'),
      after: count('After the scan.'),
      written: count('Written.'),
      filtered: optional(count('Read, and left out by the selection.')),
    }),
  ),
  consistency: optional(text('What is known of changes during the scan.')),
  retries,
  started_at: startedAt,
  seconds,
  rate: number('Objects a second.'),
  peak_rss_bytes: rss,
  error: optional(error),
})

const backupPlan = object('What one would do: of a dry run.', {
  status: one(['planned'], 'Nothing was written.'),
  collection: text('The class.'),
  target,
  format: text('jsonl, json or parquet.'),
  compression: text('With its level: `zstd:3`.'),
  objects: count('Objects that the store counts now.'),
  tenants: optional(count('Tenants that would be read.')),
  ranges: count('Ranges of ids that would be read, each by itself.'),
  part_size: count('Bytes of a part, before compression.'),
})

export const backupDocument = Type.Union(
  [backupReport, backupPlan],
  headOf('backup', '`col backup --json`, with and without --dry-run.'),
)

export const verificationsDocument = document('verifications', '`col catalog verify --json`.', {
  verifications: list(
    object('What the verification of one archive found.', {
      id: runId,
      archive: text('The id of the archive.'),
      location: text('Where it lies.'),
      level,
      status: one(['complete', 'damaged', 'unchecked', 'failed', 'interrupted'], 'What it is.'),
      parts: count('Parts of the archive.'),
      parts_checked: count('Parts that were looked at.'),
      objects_checked: count('Objects that were looked at.'),
      bytes_checked: count('Bytes that were read.'),
      num_errors: count('Faults.'),
      broken_parts: texts('Parts with faults.'),
      faults: list(
        object('A fault.', {
          file: text('The file.'),
          fact: text('What is wrong.'),
          part: flag('The file is a part.'),
        }),
        'What is wrong.',
      ),
      expired: optional(count('Objects that the store has no more, since they have expired.')),
      stopped: flag('--max-errors ended it early.'),
      suggested_command: optional(text('What to do with a damaged archive.')),
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
      rule: text('The flag that says it.'),
      value: text('Its value.'),
      origin: text('`command line`, `environment` or the path of a configuration file.'),
    }),
    'The rules, and where they come from.',
  ),
  groups: list(
    object('Archives that are counted together.', {
      key: byName(Type.String(), 'What they share.'),
      keep: list(
        object('One that stays.', {
          ...planned,
          counters: optional(byName(Type.Integer(), 'What is left of each count.')),
        }),
        'Newest first.',
      ),
      remove: list(
        object('One that goes.', {
          ...planned,
          displaced_by: optional(text('The archive that holds as much.')),
        }),
        'Newest first.',
      ),
      warnings: texts('What a person should know.'),
    }),
    'By what --group-by names.',
  ),
  removed: texts('Ids of archives that were removed.'),
  bytes: count('Bytes that were freed, or would be.'),
  failed: list(
    object('One that could not be removed.', { id: text('Its id.'), message: text('Why.') }),
    'What was not removed.',
  ),
  started_at: optional(startedAt),
  seconds: optional(seconds),
  error: optional(error),
})

export const rebuildDocument = document('rebuild', '`col catalog rebuild --json`.', {
  roots: list(
    object('What was found below one directory.', {
      root: text('The directory.'),
      complete: count('Complete archives.'),
      partial: count('Partial ones.'),
      deleting: count('Removals that were begun.'),
      gone: count('Archives that are no longer there.'),
      unreadable: list(unreadable, 'What could not be read.'),
      copies: list(
        object('A copy.', {
          path: text('Where.'),
          id: text('Whose id it bears.'),
          known: text('Where that lies.'),
        }),
        'Not listed.',
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
      removed: flag('It was taken away.'),
      valid: flag('False for a file that is no lock.'),
    }),
    'All that were found.',
  ),
})

const restored = object('What a restore did.', {
  id: runId,
  status: one(['done', 'interrupted', 'failed', 'planned'], 'How it ended; `planned` for a dry run.'),
  archive: text('The id of the archive; of a source that has none what it was called.'),
  kind: text('archive, file, original, export or jsonl.'),
  collection: text('The class that the objects come from.'),
  class: text('The class that they are in now.'),
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
  rejected: counts('Objects that were refused, by code.'),
  reject_reasons: list(
    object('A reason.', { reason: text('In words.'), count: count('How often.') }),
    'The first ten.',
  ),
  skipped: counts(
    'Objects that are missing, by reason: `damaged`, those of damaged parts; `exists`, those that gave way.',
  ),
  filtered: count('Objects that `--filter` and `--objects` left out.'),
  not_found: optional(count('Ids of `--objects` of which the source has no object.')),
  vectors: count('Vectors that were written.'),
  references: count('References that were written.'),
  references_rejected: count('References that the store refused.'),
  tenants: count('Tenants that were restored.'),
  aliases: texts('Aliases that lead to the class now.'),
  parts: count('Parts of the source.'),
  parts_continued: count('Parts that an interrupted restore had brought to their end.'),
  parts_damaged: texts('Names of damaged parts.'),
  patches: list(anything('`{rule, path, from, to, reason}`.'), 'What was changed of the class.'),
  schema_differences: list(
    anything('`{path, wanted, got}`.'),
    'What the target made of the class otherwise.',
  ),
  verification: nullable(
    object('What was read back.', {
      count: count('Objects that are there.'),
      expected: count('Objects that should be.'),
      digest_equal: nullable(Type.Boolean(), 'Null where it was not compared.'),
      expired: optional(count('Objects that are gone by themselves.')),
    }),
    'Null where it did not come to that.',
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
  retries,
  started_at: startedAt,
  seconds,
  rate: number('Objects a second while this process wrote.'),
  peak_rss_bytes: rss,
  error: optional(error),
})

export const restoreDocument = document('restore', '`col restore --json`.', {
  restores: list(restored, 'One for each archive, in the order of the command line.'),
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
  tenants_made: texts('Tenants that the run had made; they stay.'),
  verified: nullable(
    count('Objects that were read back and are as before.'),
    'Null where it did not come to that.',
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
      started_at: moment('When it began.'),
      ended_at: nullable(moment('When it ended.'), 'Null where it was interrupted.'),
      rolled_back_at: nullable(moment('When it was taken back.'), 'Null where it was not.'),
      bytes: count('Bytes that what was changed takes.'),
      kept_until: moment('For how long it is kept.'),
      directory: text('Where.'),
    }),
    'The newest first.',
  ),
})
