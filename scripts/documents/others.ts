import Type from 'typebox'
import { FOLLOW_STATES } from '../../lib/job/copy/follow/facts.ts'
import {
  anything,
  byName,
  count,
  document,
  error,
  flag,
  list,
  moment,
  nullable,
  object,
  one,
  optional,
  target,
  text,
  texts,
} from './parts.ts'

const counts = byName(Type.Unknown(), 'The counts of the run, with the names of its report.')

export const statusDocument = document('status', '`index status --json`.', {
  target,
  runs: list(
    object('A run.', {
      id: text('The id of the run.'),
      kind: text('The job: ingest, watch, backup, restore, verify or cleanup.'),
      target: text('The store; for a job that only works on archives, their directory.'),
      status: one(['running', 'done', 'interrupted', 'failed'], 'The status of the run.'),
      collection: text('The collection as the user named it.'),
      class: text('The class in the store.'),
      inputs: texts('The inputs of the run.'),
      labels: texts('The inputs for display: of a command its words, with `…` for each that may be secret.'),
      counts: nullable(counts, 'Null before the first checkpoint.'),
      state: optional(one(FOLLOW_STATES, 'Only for a copy that follows its source: how far it has come.')),
      started_at: moment('When the run started.'),
      updated_at: moment('When its row in the journal last changed.'),
      error: optional(error),
    }),
    'The runs, newest first.',
  ),
  commits: byName(
    byName(Type.String(), 'The last commit of each repository.'),
    'The commits of each class, from `new_changeset` lines.',
  ),
})

export const collectionsDocument = document('collections', '`col ls --json`.', {
  target,
  collections: list(
    object('A collection.', {
      name: text('The class.'),
      objects: optional(count('The number of objects; absent if they cannot be counted now.')),
      tenants: optional(count('The number of tenants; only for a collection with tenants.')),
    }),
    'The collections, in order of name.',
  ),
})

export const removalDocument = document('removal', '`col rm --json`.', {
  class: text('The class.'),
  target,
  removed: flag('True if the class was removed, false if it did not exist.'),
})

export const aliasDocument = document('alias', '`col alias --json`.', {
  alias: text('The alias.'),
  class: text('The class of the alias.'),
  before: nullable(text('The previous class of the alias.'), 'Null if the alias is new.'),
  target,
})

export const validationDocument = document('validation', '`index validate --json`.', {
  faults: list(
    object('A fault.', {
      file: text('The file as the user named it.'),
      line: count('The line, from 1.'),
      code: text('A code of SPEC.md, "Rejects".'),
      reason: text('The reason, in words.'),
    }),
    'The faults, in the order of the lines.',
  ),
  files: count('Files that were read.'),
  lines: count('Their lines.'),
  blank: count('Lines with only white space.'),
  records: count('Lines that are not blank.'),
})

export const settingsDocument = document('settings', '`config show --json`.', {
  options: list(
    object('An option.', {
      key: text('The key of the option in a configuration file.'),
      value: anything('The value: sizes in bytes, durations in milliseconds; null if there is none.'),
      origin: text('`default`, `environment`, `command line`, or the path of a file.'),
      env: text('The environment variable.'),
      flag: text('The flag.'),
      commands: texts('The commands that have this value.'),
    }),
    'The options that the environment and configuration files may set.',
  ),
  target: object('The target in use.', {
    name: nullable(Type.String(), 'The name of the target in the configuration; null if it has none.'),
    address: text('The address of the target, without secrets.'),
    origin: text('Where the target was set.'),
  }),
  api_key: nullable(Type.String(), '`***` if ELYSIACTL_API_KEY is set, else null.'),
  targets: list(anything('`{name, url, origin, …}`.'), 'The named targets.'),
  places: object('Paths.', {
    project: text('The configuration file of the project.'),
    user: text('The configuration file of the user.'),
    files: texts('Files that were read, in order of precedence.'),
    refused: list(
      object('A file that was refused.', {
        path: text('The path of the file.'),
        reason: text('Why the file was refused.'),
      }),
      'Files that were refused.',
    ),
    data: text('The directory of the embedded store.'),
    state: text('The directory of runs and of the catalog.'),
  }),
})

export const createdDocument = document('created', '`config init --json`.', {
  path: text('The file that was written.'),
})

export const conformanceDocument = document('conformance', '`format conformance --json`.', {
  directory: optional(text('Only if a kit was written: its directory.')),
  files: optional(count('Only if a kit was written: the files of records in it.')),
  passed: optional(count('Only for a check: files after which the consumer had the right objects.')),
  failed: optional(count('Only for a check: files after which the consumer had the wrong objects.')),
  not_tried: optional(count('Files with options that the dump left out.')),
  faults: optional(
    list(
      object('A file after which the consumer had the wrong objects.', {
        file: text('The file, as the kit names it.'),
        reason: text('The first thing that differs.'),
      }),
      'The failed files, in the order of the kit.',
    ),
  ),
})

export const errorDocument = document('error', 'The error of a command, on stderr with --json.', {
  code: optional(text('A code of SPEC.md, "Errors".')),
  exit: optional(count('The exit code, if there is no error code.')),
  message: text('What happened, and to what.'),
  hint: optional(text('What to do next.')),
})
