import { restoredFields } from './archives.ts'
import { count, document, flag, nullable, object, text } from './parts.ts'

const { archive, kind, collection, parts_damaged, aliases, alias, planned, left_alone, ...ofBoth } =
  restoredFields

export const copyDocument = document('copy', '`col copy --json`.', {
  ...ofBoth,
  source: object('The collection that was copied.', {
    target: text('The store, without secrets.'),
    class: text('Its class.'),
  }),
  sync: flag('The target was made equal to the source.'),
  comparison: nullable(
    object('How both sides compare afterwards.', {
      compared: count('Ids that one side or both have.'),
      equal: count('Objects that are equal.'),
      only_source: count('Objects that only the source has.'),
      only_target: count('Objects that only the target has.'),
      different: count('Objects that differ.'),
      changing: count('Objects that were another one at each look.'),
      gone: count('Ids that were gone from both sides when they were read again.'),
    }),
    'Null without `--verify`.',
  ),
})
