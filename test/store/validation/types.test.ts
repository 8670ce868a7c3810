import t from 'tap'
import type { Json } from '../../../lib/core/object.ts'
import { typeCheck } from '../../../lib/store/validation/types.ts'

const NESTED = [
  { name: 'street', dataType: ['text'] },
  { name: 'number', dataType: ['int'] },
]

const property = (type: string) => ({
  name: 'p',
  dataType: [type],
  ...(type.startsWith('object') && { nestedProperties: NESTED }),
})

const check = (type: string) => typeCheck({ class: 'C', properties: [property(type)] })

const UUID = '0b0e5f3c-1a2b-4c3d-8e4f-5a6b7c8d9e0f'
const BEACON = { beacon: `weaviate://localhost/D/${UUID}` }

const CASES: Readonly<Record<string, { good: Json[]; bad: Json[] }>> = {
  text: { good: ['', 'a'], bad: [1, true, ['a'], { a: 1 }] },
  string: { good: ['a'], bad: [1] },
  int: { good: [0, -1, 2 ** 53 - 1], bad: [1.5, '1', true, [1], Number.NaN] },
  number: { good: [0, 1.5, -1e300], bad: ['1', true, Number.POSITIVE_INFINITY] },
  boolean: { good: [true, false], bad: [0, 'true'] },
  date: {
    good: ['2024-02-29T00:00:00Z', '2024-01-01T23:59:59.123456789+02:00'],
    bad: ['2024-01-01', '2023-02-29T00:00:00Z', '2024-13-01T00:00:00Z', '2024-01-01T24:00:00Z', 5],
  },
  uuid: { good: [UUID, UUID.toUpperCase(), UUID.replaceAll('-', '')], bad: ['x', UUID.slice(1), 5] },
  geoCoordinates: { good: [{ latitude: 1, longitude: 2.5 }], bad: [{ latitude: 1 }, 'x', [1, 2]] },
  phoneNumber: {
    good: [{ input: '030 1', defaultCountry: 'de', valid: true }],
    bad: [{ number: '1' }, '030'],
  },
  blob: { good: ['YQ==', 'YWI=', 'YWJj'.repeat(1_000_000)], bad: ['', 'YQ=', 'Y Q=', 'Y===', 5] },
  D: { good: [], bad: ['x', BEACON, [BEACON], []] },
  'text[]': { good: [[], ['a', '']], bad: ['a', [1], [['a']], [null]] },
  'int[]': { good: [[1, 2]], bad: [[1, 2.5], 1] },
  'number[]': { good: [[1, 2.5]], bad: [['1']] },
  'boolean[]': { good: [[true]], bad: [[1]] },
  'date[]': { good: [['2024-01-01T00:00:00Z']], bad: [['2024']] },
  'uuid[]': { good: [[UUID]], bad: [['x']] },
  object: {
    good: [{}, { street: 'a', number: 1 }, { street: null }],
    bad: ['x', { number: 'x' }, { zip: 1 }, []],
  },
  'object[]': { good: [[{ street: 'a' }]], bad: [{ street: 'a' }, [{ zip: 1 }], ['x']] },
}

for (const [type, { good, bad }] of Object.entries(CASES)) {
  t.test(`a ${type} takes its own values and no others`, async (t) => {
    for (const value of good) t.equal(check(type)({ p: value }), undefined, shown(value))
    for (const value of bad) t.match(check(type)({ p: value }), /property 'p' on class 'C'/, shown(value))
    t.equal(check(type)({ p: null }), undefined, 'null is absent')
  })
}

t.test('the words are those of a server', async (t) => {
  t.equal(check('text')({ p: 5 }), "invalid text property 'p' on class 'C': not a string, but number")
  t.equal(
    check('int')({ p: '5' }),
    "invalid integer property 'p' on class 'C': requires an integer, the given value is '5'",
  )
  t.match(check('object')({ p: { zip: 1 } }), /unknown property 'p\.zip'/)
  t.match(check('text')({ q: 'x' }), /no such prop with name 'q' found in class 'C' in the schema/)
})

t.test('names of the language itself are unknown properties like others', async (t) => {
  for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
    t.match(check('text')({ [name]: 'x' }), new RegExp(`no such prop with name '${name}'`))
  }
  t.match(check('text')(JSON.parse('{"__proto__":"x"}')), /no such prop with name '__proto__'/)
})

t.test('a reason shows no more than the start of a long value', async (t) => {
  t.ok((check('int')({ p: 'x'.repeat(1_000_000) }) ?? '').length < 300)
})

function shown(value: Json): string {
  return String(JSON.stringify(value)).slice(0, 60)
}
