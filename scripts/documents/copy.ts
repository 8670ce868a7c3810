import { FOLLOW_STATES } from '../../lib/job/copy/follow/facts.ts'
import { restoredFields } from './archives.ts'
import { count, document, error, flag, list, nullable, object, one, optional, text } from './parts.ts'

const { archive, kind, collection, parts_damaged, aliases, planned, left_alone, ...ofBoth } = restoredFields

export const copiedReport = object('The report of a copy.', {
  ...ofBoth,
  source: object('The collection that was copied.', {
    target: text('The store, without secrets.'),
    class: text('Its class.'),
  }),
  sync: flag('The target was made equal to the source.'),
  follow: nullable(
    object('How far a copy that follows its source has come.', {
      state: one(FOLLOW_STATES, 'What it is at.'),
      passes: count('Passes that came to their end.'),
      written: count('Objects that they have written.'),
      deleted: count('Objects that they have deleted.'),
      left: count('Objects that are still to be sent, about.'),
      per_minute: count('Objects that change in the source in a minute, about.'),
      carried: count('Objects that the source got around the switch of the alias, sent after it.'),
      newer: count('Times that an object stayed as it had come through the alias meanwhile.'),
    }),
    'Null without `--follow` and `--finish`.',
  ),
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

export const copyDocument = document('copy', '`col copy --json`.', {
  set: optional(text('Of several: the id that they have in common.')),
  copies: list(copiedReport, 'In the order in which they were made.'),
  failed: optional(
    list(
      object('A collection that did not come to its end.', { collection: text('Its class.'), error }),
      'Of several: those that failed.',
    ),
  ),
})
