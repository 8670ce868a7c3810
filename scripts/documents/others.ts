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

const counts = byName(Type.Unknown(), 'Counts by the names of its report.')

export const statusDocument = document('status', '`index status --json`.', {
  target,
  runs: list(
    object('A run.', {
      id: text('Its id.'),
      kind: text('The job: ingest, watch, backup, restore, verify or cleanup.'),
      target: text('Its store; of what works on archives alone, the place of these.'),
      status: one(['running', 'done', 'interrupted', 'failed'], 'Its status.'),
      collection: text('The collection as it was named.'),
      class: text('The class that it is in the store.'),
      inputs: texts('Its inputs.'),
      labels: texts(
        'The inputs as a person reads them: of a command its words, each that may be secret as `…`.',
      ),
      counts: nullable(counts, 'Null before the first checkpoint.'),
      state: optional(one(FOLLOW_STATES, 'Of a copy that follows its source: how far it has come.')),
      started_at: moment('When it started.'),
      updated_at: moment('When its row last changed.'),
      error: optional(error),
    }),
    'The newest first.',
  ),
  commits: byName(
    byName(Type.String(), 'The last commit by repository.'),
    'By class, from `new_changeset` lines.',
  ),
})

export const collectionsDocument = document('collections', '`col ls --json`.', {
  target,
  collections: list(
    object('A collection.', {
      name: text('Its class.'),
      objects: optional(count('Absent if they cannot be counted now.')),
      tenants: optional(count('Only for a collection with tenants.')),
    }),
    'In order of name.',
  ),
})

export const removalDocument = document('removal', '`col rm --json`.', {
  class: text('The class.'),
  target,
  removed: flag('False if it did not exist.'),
})

export const aliasDocument = document('alias', '`col alias --json`.', {
  alias: text('The alias.'),
  class: text('The class that it means.'),
  before: nullable(text('The class that it meant before.'), 'Null where there was no such alias.'),
  target,
})

export const validationDocument = document('validation', '`index validate --json`.', {
  faults: list(
    object('A fault.', {
      file: text('The file as it was named.'),
      line: count('The line, from 1.'),
      code: text('A code of SPEC.md, "Rejects".'),
      reason: text('In words.'),
    }),
    'In the order of the lines.',
  ),
  files: count('Files that were read.'),
  lines: count('Their lines.'),
  blank: count('Lines with white space only.'),
  records: count('Lines that are not blank.'),
})

export const settingsDocument = document('settings', '`config show --json`.', {
  options: list(
    object('An option.', {
      key: text('Its key in a configuration file.'),
      value: anything('Its value; sizes in bytes, durations in milliseconds; null if it has none.'),
      origin: text('`default`, `environment`, `command line`, or the path of a file.'),
      env: text('Its variable.'),
      flag: text('Its flag.'),
      commands: texts('The commands that have this value.'),
    }),
    'The options that the environment and files may set.',
  ),
  target: object('The target in use.', {
    name: nullable(Type.String(), 'Its name in the configuration.'),
    address: text('Its address, without secrets.'),
    origin: text('Where it was set.'),
  }),
  api_key: nullable(Type.String(), '`***` where ELYSIACTL_API_KEY is set.'),
  targets: list(anything('`{name, url, origin, …}`.'), 'The named targets.'),
  places: object('Paths.', {
    project: text('The configuration file of the project.'),
    user: text('The configuration file of the user.'),
    files: texts('Files that were read, in order of precedence.'),
    refused: list(
      object('A file that was refused.', { path: text('Where.'), reason: text('Why.') }),
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
  directory: optional(text('Of a kit that was written: where it is.')),
  files: optional(count('Of a kit that was written: the files of records in it.')),
  passed: optional(count('Of a check: the files after which the consumer had what it should.')),
  failed: optional(count('The others.')),
  not_tried: optional(count('Files with options that the dump left out.')),
  faults: optional(
    list(
      object('A file after which the consumer had something else.', {
        file: text('The file, as the kit names it.'),
        reason: text('The first thing that differs.'),
      }),
      'In the order of the kit.',
    ),
  ),
})

export const errorDocument = document('error', 'The error of a command, on stderr with --json.', {
  code: optional(text('A code of SPEC.md, "Errors".')),
  exit: optional(count('The exit code, if there is no error code.')),
  message: text('What happened, to what.'),
  hint: optional(text('What to do next.')),
})
