import Type from 'typebox'
import { copiedReport } from './copy.ts'
import { document, nullable, one, target, text, texts } from './parts.ts'

export const migrationDocument = document('migration', '`col migrate --json`.', {
  status: one(
    ['migrated', 'undone', 'dropped', 'planned', 'failed', 'interrupted'],
    'What became of it; `planned` of a dry run.',
  ),
  target,
  alias: text('The alias.'),
  before: text('The class that it meant before the migration.'),
  class: text('The changed class.'),
  means: nullable(Type.String(), 'The class that it means now.'),
  left_behind: texts('What still leads to the class before.'),
  copy: nullable(copiedReport, 'What was copied, as `col copy --json` reports it.'),
})
