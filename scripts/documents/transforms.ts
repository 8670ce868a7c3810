import { anything, count, document, list, object, optional, text, texts } from './parts.ts'

export const transformTestDocument = document('transform-test', '`transform test --json`.', {
  file: text('The file as it was named.'),
  sha256: text('The SHA-256 of its text.'),
  transforms: texts('What its transforms are called, in order.'),
  passed: count('Examples whose objects became what they say.'),
  failed: count('The others.'),
  examples: list(
    object('An example.', {
      line: count('Where it stands, from 1.'),
      column: count('Where it stands, from 1.'),
      name: optional(text('What it shows.')),
      differences: list(
        object('Something that is not as it says.', {
          what: text(
            '`outcome`, `reason`, `objects`, or a part of what came out: `properties.title`, `id`, `vector`; of several `2.properties.title`.',
          ),
          expected: optional(anything('Absent where nothing is expected.')),
          got: optional(anything('Absent where nothing came.')),
        }),
        'Empty where it has passed.',
      ),
    }),
    'In their order.',
  ),
})
