import { anything, count, document, list, object, optional, text, texts } from './parts.ts'

export const transformTestDocument = document('transform-test', '`transform test --json`.', {
  file: text('The file as the user named it.'),
  sha256: text('The SHA-256 of the file.'),
  transforms: texts('The names of the transforms, in order.'),
  passed: count('Examples that passed.'),
  failed: count('Examples that failed.'),
  examples: list(
    object('An example.', {
      line: count('Where the example begins in the file, from 1.'),
      column: count('Where the example begins in the file, from 1.'),
      name: optional(text('What the example shows.')),
      differences: list(
        object('A difference from what the example says.', {
          what: text(
            'What differs: `outcome`, `reason`, `objects`, or a part of the result: `properties.title`, `id`, `vector`; of several objects, `2.properties.title`.',
          ),
          expected: optional(anything('The expected value; absent if nothing is expected.')),
          got: optional(anything('The actual value; absent if there is none.')),
        }),
        'The differences; empty if the example passed.',
      ),
    }),
    'The examples, in the order of the file.',
  ),
})
