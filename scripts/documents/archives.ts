import Type from 'typebox'
import { ARCHIVE_STATUSES } from '../../lib/catalog/status.ts'
import {
  anything,
  byName,
  count,
  document,
  error,
  flag,
  list,
  moment,
  object,
  one,
  optional,
  runId,
  seconds,
  startedAt,
  target,
  text,
  texts,
} from './parts.ts'

const LEVELS = ['exists', 'stored', 'records', 'live']
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

const level = one(LEVELS, 'The level.')

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
