import t from 'tap'
import { type OperationsOptions, operations } from '../../lib/change/operations.ts'
import { validate, validateChange } from '../../lib/change/validate.ts'
import type { Json, JsonObject } from '../../lib/core/object.ts'
import { Reject } from '../../lib/core/reject.ts'
import { stageContract } from '../contract/stage.ts'

/** Two highWaterMarks of 16 objects each, and the one in hand. */
const HELD = 33

const at = (line: number) => ({ line, end: line * 10, text: `line ${line}` })
const reject = (line: number) => new Reject(at(line), 'not_json', 'not JSON')

const values: JsonObject[] = [
  { repo: 'A', op: 'add', path: 'a', content: 'A', metadata: { b: { c: [1] } } },
  { repo: 'A', op: 'update', path: 'a' },
  { repo: 'A', op: 'rename', path: 'a', new_path: 'b', vector: [1, 2] },
  { repo: 'A', new_changeset: { commit: '1' } },
  { repo: 'A', op: 'modify', path: 'b', metadata: {} },
  { repo: 'A', op: 'add', path: 'c' },
  { repo: 'A', op: 'delete', path: 'b' },
]

/** Twenty-one lines, every eighth refused before. */
function lines<T>(chunk: (value: JsonObject) => T, pool: JsonObject[]) {
  return Array.from({ length: 21 }, (_, index) => {
    const line = index + 1
    const value = structuredClone(pool[index % pool.length]) as JsonObject
    return line % 8 === 0 ? reject(line) : { ...at(line), ...chunk(value) }
  })
}

stageContract(t, 'validate', {
  make: () => validate(),
  input: () => lines((value) => ({ value }), values),
  holds: HELD,
})

stageContract(t, 'operations', {
  make: () => operations(),
  input: () =>
    lines(
      (record) => ({ record }),
      values.filter(({ op }) => op !== 'update'),
    ),
  holds: HELD,
})

t.test('validateChange: a value is a change, or has a fault with a code and a sentence', async (t) => {
  const change = { repo: 'A', op: 'add', path: 'a', content: '' }
  t.equal(validateChange(change).change, change, 'the very object it was given')
  const faults: [Json, string, RegExp][] = [
    [[change], 'not_object', /is a JSON object/],
    [null, 'not_object', /is a JSON object/],
    [{ ...change, size: '12' }, 'wrong_type', /^"size" must be an integer of at least 0, found a string$/],
    [{ ...change, path: null }, 'missing_field', /^"path" is missing$/],
    [{ ...change, op: 'x'.repeat(1000) }, 'unknown_op', /^.{1,120}$/],
    [{ ...change, vectors: { a: [[1], ['2']] } }, 'wrong_type', /"vectors\.a"/],
    [{ new_changeset: { commit: 7 } }, 'wrong_type', /"new_changeset\.commit"/],
    [{ ...change, content: '\ud800' }, 'invalid_value', /"content" holds half of a surrogate pair/],
  ]
  for (const [value, code, reason] of faults) t.match(validateChange(value).fault, { code, reason })
})

t.test('validateChange: strict refuses unknown fields and nothing else', async (t) => {
  const change = {
    repo: 'A',
    op: 'add',
    path: 'a',
    content: '',
    line: 7,
    metadata: { free: 1 },
    vectors: { any: [1] },
  }
  t.ok(validateChange(change, { strict: true }).change)
  t.match(validateChange({ ...change, contents: '' }, { strict: true }).fault, {
    code: 'unknown_field',
    reason: /"contents"/,
  })
  t.ok(validateChange({ ...change, contents: '' }).change)
})

t.test('metadata of any depth is judged, not recursed into without end', async (t) => {
  let deep: Json = 1
  for (let level = 0; level < 200_000; level++) deep = [deep]
  const change = { repo: 'A', op: 'add', path: 'a', content: '' }
  t.match(validateChange({ ...change, metadata: { deep } }).fault, {
    code: 'invalid_value',
    reason: /64 levels/,
  })
  t.ok(validateChange({ ...change, unknown: deep }).change, 'an unknown field is not even looked at')
})

t.test('a base64 text of 40 MB is checked without trouble', async (t) => {
  const content_base64 = 'QUJD'.repeat(10_000_000)
  const change = { repo: 'A', op: 'add', path: 'a', content_base64 }
  t.ok(validateChange(change).change)
  t.equal(validateChange({ ...change, content_base64: `${content_base64}-` }).fault?.code, 'bad_base64')
})

t.test('operations: a wrong option ends the program before the first record', async (t) => {
  const wrong: OperationsOptions[] = [
    { contentRoot: '/no/such/directory' },
    { tenant: 'a', tenantBy: 'repo' },
  ]
  for (const options of wrong) t.throws(() => operations(options), { code: 'ELYSIA_USAGE' })
})
