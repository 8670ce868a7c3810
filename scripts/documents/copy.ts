import { FOLLOW_STATES } from '../../lib/job/copy/follow/facts.ts'
import { count, document, error, flag, list, nullable, object, one, optional, text } from './parts.ts'
import { restoredFields } from './restore.ts'

const { archive, kind, collection, parts_damaged, aliases, planned, left_alone, ...ofBoth } = restoredFields

export const copiedReport = object('The report of a copy.', {
  ...ofBoth,
  source: object('The collection that was copied.', {
    target: text('The store, without secrets.'),
    class: text('The class.'),
  }),
  sync: flag('True if the target was made equal to the source.'),
  follow: nullable(
    object('The progress of a copy that follows its source.', {
      state: one(FOLLOW_STATES, 'The current state of the copy.'),
      passes: count('Passes that were completed.'),
      written: count('Objects that the passes wrote.'),
      deleted: count('Objects that the passes deleted.'),
      left: count('Estimated objects still to be sent.'),
      per_minute: count('Estimated objects that change in the source per minute.'),
      carried: count(
        'Objects that arrived in the source around the switch of the alias, and were sent after it.',
      ),
      newer: count('How often an object was left alone because a newer one had arrived through the alias.'),
    }),
    'Null without `--follow` and `--finish`.',
  ),
  comparison: nullable(
    object('How both sides compare afterwards.', {
      compared: count('Ids that exist on one side or both.'),
      equal: count('Objects that are equal.'),
      only_source: count('Objects that exist only in the source.'),
      only_target: count('Objects that exist only in the target.'),
      different: count('Objects that differ.'),
      changing: count('Objects that were different each time they were read.'),
      gone: count('Ids that had disappeared from both sides when they were read again.'),
    }),
    'Null without `--verify`.',
  ),
})

export const copyDocument = document('copy', '`col copy --json`.', {
  set: optional(text('Only for several copies: the id that they share.')),
  copies: list(copiedReport, 'The copies, in the order in which they were made.'),
  failed: optional(
    list(
      object('A collection whose copy was not completed.', { collection: text('The class.'), error }),
      'Only for several copies: the collections that failed.',
    ),
  ),
})
