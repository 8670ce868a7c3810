import fc from 'fast-check'
import { MAX_FLOAT32 } from '../../lib/change/patterns.ts'
import type { Json, JsonObject } from '../../lib/core/object.ts'
import { CHARACTERS } from '../characters.ts'

const anything = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>

/** A good value of a field, mostly; one nearly good, often; anything, at times. */
function field(good: fc.Arbitrary<Json>, ...nearly: Json[]): fc.Arbitrary<Json> {
  return fc.oneof(
    { weight: 40, arbitrary: good },
    { weight: 2, arbitrary: fc.constant(null) },
    { weight: nearly.length === 0 ? 0 : 3, arbitrary: fc.constantFrom<Json>(...nearly, 0) },
    { weight: 1, arbitrary: anything },
  )
}

const string = fc.string({ unit: CHARACTERS, maxLength: 12 })
const name = fc.string({ unit: CHARACTERS, minLength: 1, maxLength: 12 })
const two = (from: number, to: number) =>
  fc.integer({ min: from, max: to }).map((number) => String(number).padStart(2, '0'))

const timestamp = fc
  .tuple(
    fc.integer({ min: 0, max: 9999 }).map((year) => String(year).padStart(4, '0')),
    two(0, 13),
    two(27, 32),
    two(0, 24),
    two(0, 60),
    fc.constantFrom('', '.5', '.123456789', '.1234567890', '.'),
    fc.constantFrom('Z', 'Z', '+02:00', '-23:59', '+24:00', 'z', ''),
  )
  .map(([year, month, day, hour, minute, fraction, zone]) => {
    return `${year}-${month}-${day}T${hour}:${minute}:00${fraction}${zone}`
  })

const base64 = fc.oneof(
  fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  fc.string({ unit: fc.constantFrom(...'ABQYgwZz019+/=-_ \n'), maxLength: 9 }),
)

const float = fc.oneof(
  { weight: 9, arbitrary: fc.double({ min: -MAX_FLOAT32, max: MAX_FLOAT32, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom<number>(1e39, -1e39, Number.POSITIVE_INFINITY, -0) },
)
const floats = fc.array(float, { maxLength: 3 })
const vectors = fc.dictionary(
  fc.constantFrom('title', '_a1', 'a b', '', '1a', 'a'.repeat(230), 'a'.repeat(231)),
  fc.oneof(floats, fc.array(floats, { maxLength: 3 }), fc.array(fc.oneof(float, floats), { maxLength: 3 })),
  { maxKeys: 2 },
)

const fields = {
  repo: field(name, '', 'a\0b'),
  op: field(fc.constantFrom('add', 'modify', 'delete', 'rename'), 'update', 'ADD', ''),
  path: field(name, '', '\0'),
  new_path: field(name, '', '\0'),
  content: field(string),
  content_base64: field(base64),
  content_ref: field(string),
  skip_index: field(fc.boolean(), 'true', 1),
  skip_reason: field(string),
  size: field(fc.nat(), -1, 1.5, 1e300, Number.POSITIVE_INFINITY, '1'),
  mime: field(string),
  metadata: field(fc.dictionary(string, anything, { maxKeys: 3 }), [], '{}'),
  timestamp: field(timestamp),
  vector: field(floats),
  vectors: field(vectors),
  line: anything,
  unknown: anything,
}

const changeset = fc.record(
  {
    commit: field(name, ''),
    parent: field(string),
    branch: field(string),
    tree_hash: field(string),
    timestamp: field(timestamp),
    unknown: anything,
  },
  { requiredKeys: [] },
)

/** One in so many leaves it out. */
function mostly<T extends Json>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined, freq: 12 })
}

const fileChange = fc
  .tuple(
    fc.record({ repo: mostly(fields.repo), op: mostly(fields.op), path: mostly(fields.path) }),
    fc.subarray(Object.keys(fields).slice(3) as (keyof typeof fields)[], { maxLength: 4 }),
    fc.record(fields),
  )
  .map(([required, chosen, all]) => ({
    ...required,
    ...Object.fromEntries(chosen.map((key) => [key, all[key]])),
  }))

const control = fc.record(
  {
    new_changeset: field(changeset as fc.Arbitrary<JsonObject>, 'abc', []),
    repo: field(name, ''),
    op: field(fc.constant('add')),
    path: field(name),
    line: anything,
  },
  { requiredKeys: ['new_changeset'] },
)

/** JSON objects that are change records, or nearly. */
export const recordLike: fc.Arbitrary<JsonObject> = fc
  .oneof({ weight: 4, arbitrary: fileChange }, { weight: 1, arbitrary: control })
  .map((value) => {
    return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as JsonObject
  })
