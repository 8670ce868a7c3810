import Type from 'typebox'
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
      status: one(['running', 'done', 'interrupted', 'failed'], 'How it stands.'),
      collection: text('The collection as it was named.'),
      class: text('The class that it is in the store.'),
      inputs: texts('What it reads, by name.'),
      labels: texts(
        'The inputs as a person reads them: of a command its words, each that may be secret as `…`.',
      ),
      counts: nullable(counts, 'Null before the first checkpoint.'),
      started_at: moment('When it began.'),
      updated_at: moment('When it was last noted.'),
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
      objects: optional(count('Absent where nobody can count them now.')),
      tenants: optional(count('Of a collection that has tenants.')),
    }),
    'In order of name.',
  ),
})

export const removalDocument = document('removal', '`col rm --json`.', {
  class: text('The class.'),
  target,
  removed: flag('False where it was gone already.'),
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
  blank: count('Lines without anything but white space.'),
  records: count('Lines that are not blank.'),
})

export const settingsDocument = document('settings', '`config show --json`.', {
  options: list(
    object('An option.', {
      key: text('As a file writes it.'),
      value: anything('Bytes and milliseconds are numbers; null where there is none.'),
      origin: text('`default`, `environment`, `command line`, or the path of a file.'),
      env: text('Its variable.'),
      flag: text('Its flag.'),
      commands: texts('The commands that take it with this value.'),
    }),
    'Those that environment and files may set.',
  ),
  target: object('The target in use.', {
    name: nullable(Type.String(), 'Its name in the configuration.'),
    address: text('Its address, without secrets.'),
    origin: text('Where it was chosen.'),
  }),
  api_key: nullable(Type.String(), '`***` where ELYSIACTL_API_KEY is set.'),
  targets: list(anything('`{name, url, origin, …}`.'), 'The named targets.'),
  places: object('Where things lie.', {
    project: text('Where the file of a project is looked for.'),
    user: text("Where the user's file is looked for."),
    files: texts('Files that were read, the strongest first.'),
    refused: list(
      object('A file that was not read.', { path: text('Where.'), reason: text('Why.') }),
      'Not read.',
    ),
    data: text('The directory of the embedded store.'),
    state: text('The directory of runs and of the catalog.'),
  }),
})

export const createdDocument = document('created', '`config init --json`.', {
  path: text('The file that was written.'),
})

export const errorDocument = document('error', 'What --json prints on stderr where a command fails.', {
  code: optional(text('A code of SPEC.md, "Errors".')),
  exit: optional(count('The exit code, where no error was thrown.')),
  message: text('What happened, to what.'),
  hint: optional(text('What to do next.')),
})
