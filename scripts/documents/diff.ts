import Type from 'typebox'
import {
  anything,
  byName,
  count,
  counts,
  document,
  error,
  flag,
  list,
  number,
  object,
  one,
  optional,
  retries,
  rss,
  runId,
  seconds,
  startedAt,
  text,
  texts,
} from './parts.ts'

const sign = (signs: readonly string[]) =>
  one(signs, '= equal, + only left, - only right, * different, ! unreadable, or another one at each look.')
const of = (what: string) => Type.Literal(what, { description: 'What it is of.' })
const state = optional(one(['active', 'inactive', 'offloaded'], 'Its state on this side.'))
const gap = (description: string) => Type.Optional(Type.Union([Type.Number(), Type.Null()], { description }))

const vector = object('A vector that differs.', {
  name: text('Its name; empty for the one without a name.'),
  only: optional(one(['left', 'right'], 'The side that alone has it.')),
  widths: optional(texts('How many numbers it has on the left and on the right, where that differs.')),
  largest: gap('The largest difference of two numbers; null where one is not finite.'),
  cosine: gap('The cosine of the angle between them.'),
})

const finding = Type.Union([
  object('A setting of the class.', {
    of: of('schema'),
    sign: sign(['+', '-', '*']),
    path: text('Where it stands in the class.'),
    left: optional(anything('Its value on the left.')),
    right: optional(anything('Its value on the right.')),
  }),
  object('A tenant.', {
    of: of('tenant'),
    sign: sign(['+', '-', '*']),
    tenant: text('Its name.'),
    left: state,
    right: state,
  }),
  object('An alias.', { of: of('alias'), sign: sign(['+', '-']), alias: text('Its name.') }),
  object('One side has no vectors: none are compared.', { of: of('vectors'), sign: sign(['+', '-']) }),
  object('Something that is no object.', {
    of: of('unreadable'),
    sign: sign(['!']),
    side: one(['left', 'right'], 'The side that has it.'),
    where: text('Where it stands.'),
    code: text('The reject code.'),
    reason: text('The reason, in words.'),
  }),
  object('An object.', {
    of: of('object'),
    sign: sign(['=', '+', '-', '*', '!']),
    id: text('Its id.'),
    tenant: optional(text('Its tenant.')),
    properties: optional(texts('Properties that differ.')),
    references: optional(texts('References that differ.')),
    vectors: optional(list(vector, 'Vectors that differ.')),
  }),
])

const side = object('A side.', {
  name: text('What a person calls it.'),
  class: text('The class.'),
  kind: optional(text('The kind of store that it is in, or came from.')),
  version: optional(text('The version of that.')),
})

export const diffDocument = document('diff', '`diff --json`.', {
  findings: list(
    finding,
    'What differs: of the collection first, then of the objects, in order of tenant and id.',
  ),
  id: runId,
  status: one(['done', 'interrupted', 'failed'], 'How it ended.'),
  left: side,
  right: side,
  is_equal: flag('True where it came to its end and nothing differs.'),
  objects: object('Objects that were read.', { left: count('Of the left.'), right: count('Of the right.') }),
  compared: count('Ids that one side or both have: the sum of the six counts that follow.'),
  equal: count('Objects that are equal.'),
  only_left: count('Objects that only the left side has.'),
  only_right: count('Objects that only the right side has.'),
  different: count('Objects that differ.'),
  changing: count('Objects that were another one at each look.'),
  gone: count('Ids that were gone from both sides when they were read again.'),
  unreadable: count('Lines or values of a side that are no objects.'),
  properties: counts('How many objects differ in each property.'),
  references: counts('How many objects differ in each reference property.'),
  vectors: byName(
    object('How the vectors of one name differ.', {
      objects: count('In so many objects.'),
      largest: gap('The largest difference of two numbers.'),
      cosine: gap('The least cosine.'),
    }),
    'By the name of the vector; empty for the one without a name.',
  ),
  without_vectors: optional(
    one(['left', 'right'], 'The side that has no vectors, so that none are compared.'),
  ),
  schema: count('Settings of the class that differ.'),
  tenants: count('Tenants that differ, or that only one side has.'),
  aliases: count('Aliases that only one side has.'),
  retries,
  started_at: startedAt,
  seconds,
  rate: number('Ids a second.'),
  peak_rss_bytes: rss,
  error: optional(error),
})
