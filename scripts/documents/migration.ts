import Type from 'typebox'
import { copiedReport } from './copy.ts'
import { document, nullable, one, target, text, texts } from './parts.ts'

export const migrationDocument = document('migration', '`col migrate --json`.', {
  status: one(
    ['migrated', 'undone', 'dropped', 'planned', 'failed', 'interrupted'],
    'How the migration ended; `planned` for a dry run.',
  ),
  target,
  alias: text('The alias.'),
  before: text('The class of the alias before the migration.'),
  class: text('The changed class.'),
  means: nullable(Type.String(), 'The current class of the alias; null if there is none.'),
  left_behind: texts('What still points to the previous class.'),
  copy: nullable(copiedReport, 'The copy, as `col copy --json` reports it; null if nothing was copied.'),
})
