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
  one(
    signs,
    '= equal, + only left, - only right, * different, ! unreadable, or different each time it was read.',
  )
const of = (what: string) => Type.Literal(what, { description: 'What the finding is about.' })
const state = optional(one(['active', 'inactive', 'offloaded'], 'The state on this side.'))
const gap = (description: string) => Type.Optional(Type.Union([Type.Number(), Type.Null()], { description }))

const vector = object('A vector that differs.', {
  name: text('The name of the vector; empty for the unnamed one.'),
  only: optional(one(['left', 'right'], 'The only side that has the vector.')),
  widths: optional(texts('The number of dimensions on the left and on the right, if they differ.')),
  largest: gap('The largest difference of two numbers; null if one is not finite.'),
  cosine: gap('The cosine of the angle between them.'),
})

const finding = Type.Union([
  object('A setting of the class.', {
    of: of('schema'),
    sign: sign(['+', '-', '*']),
    path: text('The path of the setting in the class.'),
    left: optional(anything('The value on the left.')),
    right: optional(anything('The value on the right.')),
  }),
  object('A tenant.', {
    of: of('tenant'),
    sign: sign(['+', '-', '*']),
    tenant: text('The name.'),
    left: state,
    right: state,
  }),
  object('An alias.', { of: of('alias'), sign: sign(['+', '-']), alias: text('The name.') }),
  object('One side has no vectors, so none are compared.', { of: of('vectors'), sign: sign(['+', '-']) }),
  object('Something that cannot be read as an object.', {
    of: of('unreadable'),
    sign: sign(['!']),
    side: one(['left', 'right'], 'The side where it was found.'),
    where: text('Where it was found.'),
    code: text('The reject code.'),
    reason: text('The reason, in words.'),
  }),
  object('An object.', {
    of: of('object'),
    sign: sign(['=', '+', '-', '*', '!']),
    id: text('The id of the object.'),
    tenant: optional(text('The tenant of the object.')),
    properties: optional(texts('Properties that differ.')),
    references: optional(texts('References that differ.')),
    vectors: optional(list(vector, 'Vectors that differ.')),
  }),
])

const side = object('A side.', {
  name: text('The name of the side for display.'),
  class: text('The class.'),
  kind: optional(text('The kind of store that holds the collection, or that it came from.')),
  version: optional(text('The version of the store.')),
})

export const diffDocument = document('diff', '`diff --json`.', {
  findings: list(
    finding,
    'What differs: first in the collection, then in the objects, in order of tenant and id.',
  ),
  id: runId,
  status: one(['done', 'interrupted', 'failed'], 'How the run ended.'),
  left: side,
  right: side,
  is_equal: flag('True if the comparison was completed and nothing differs.'),
  objects: object('Objects that were read.', {
    left: count('Objects on the left.'),
    right: count('Objects on the right.'),
  }),
  compared: count('Ids that exist on one side or both: the sum of the next six counts.'),
  equal: count('Objects that are equal.'),
  only_left: count('Objects that exist only on the left.'),
  only_right: count('Objects that exist only on the right.'),
  different: count('Objects that differ.'),
  changing: count('Objects that were different each time they were read.'),
  gone: count('Ids that had disappeared from both sides when they were read again.'),
  unreadable: count('Lines or values that cannot be read as objects.'),
  properties: counts('How many objects differ in each property.'),
  references: counts('How many objects differ in each reference property.'),
  vectors: byName(
    object('How the vectors of one name differ.', {
      objects: count('The number of objects whose vector differs.'),
      largest: gap('The largest difference of two numbers.'),
      cosine: gap('The smallest cosine.'),
    }),
    'By the name of the vector; empty for the unnamed one.',
  ),
  without_vectors: optional(one(['left', 'right'], 'The side without vectors; none are compared.')),
  schema: count('Settings of the class that differ.'),
  tenants: count('Tenants that differ, or exist only on one side.'),
  aliases: count('Aliases that exist only on one side.'),
  retries,
  started_at: startedAt,
  seconds,
  rate: number('Ids per second.'),
  peak_rss_bytes: rss,
  error: optional(error),
})
