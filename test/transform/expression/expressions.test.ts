// Expressions as they are computed, typed and refused; oracle.test.ts holds them against DuckDB.
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import type { ElysiaError } from '../../../lib/core/errors.ts'
import type { Json, JsonObject } from '../../../lib/core/object.ts'
import { ValueFault } from '../../../lib/transform/expression/fault.ts'
import { FUNCTIONS } from '../../../lib/transform/expression/functions.ts'
import { checkValue } from '../../../lib/transform/filter/check.ts'
import { filterOf } from '../../../lib/transform/filter/filter.ts'
import { parseFilter, parseValue } from '../../../lib/transform/filter/parse.ts'
import { bindTransforms } from '../../../lib/transform/pipeline.ts'
import { setProperty } from '../../../lib/transform/step/set.ts'
import { runs, tried } from '../../runs.ts'

const SCHEMA = {
  class: 'Doc',
  properties: [
    { name: 'title', dataType: ['text'], tokenization: 'word' },
    { name: 'size', dataType: ['int'] },
    { name: 'score', dataType: ['number'] },
    { name: 'open', dataType: ['boolean'] },
    { name: 'day', dataType: ['date'] },
    { name: 'key', dataType: ['uuid'] },
    { name: 'tags', dataType: ['text[]'] },
    { name: 'cover', dataType: ['blob'] },
    { name: 'end', dataType: ['text'] },
  ],
}

const DOC: JsonObject = {
  title: 'Ab c',
  size: 7,
  score: 0.5,
  open: true,
  day: '2024-01-31T12:00:00Z',
  key: '00000000-0000-4000-8000-000000000001',
  tags: ['x', 'y'],
  cover: 'aGk=',
  end: 'E',
}
const object = (properties: JsonObject) => ({ id: '00000000-0000-4000-8000-000000000009', properties })

function value(text: string, properties = DOC): Json | undefined {
  return checkValue(parseValue(text), SCHEMA, text).read(object(properties))
}

const MADE: readonly (readonly [text: string, made: Json | undefined])[] = [
  ["title || '/' || size || '/' || score || open", 'Ab c/7/0.5true'],
  ['title || NULL', undefined],
  ["2+3*4||'x'", '14x'],
  ['(2+3)*4', 20],
  ['- - size', 7],
  ['-(size - 10)', 3],
  ['size / 2', 3.5],
  ['-7 % 3', -1],
  ['9007199254740992 + 1', 9007199254740993n],
  ['4611686018427387904 * 2 - 1 - 4611686018427387904', undefined],
  ['size + score', 7.5],
  ['lower(title)', 'ab c'],
  ["trim('  x ')", 'x'],
  ["trim('xyaxx', 'xy')", 'a'],
  ["rtrim('xax', 'x')", 'xa'],
  ["substr('a\u{1f600}c', 2, 1)", '\u{1f600}'],
  ["substr('abc', 0, 2)", 'a'],
  ["substr('abc', -2)", 'bc'],
  ["substr('abc', -5, 3)", 'a'],
  ["substr('abc', 5)", ''],
  ["replace('a$&b', 'a', '$&')", '$&$&b'],
  ["replace(title, '', 'x')", 'Ab c'],
  ["regexp_replace('aXbX', 'x', '-', 'gi')", 'a-b-'],
  ["regexp_replace('abc', '(a)(b)', '\\2\\1\\\\')", 'ba\\c'],
  ['length(title) + length(tags)', 6],
  ["length('\u{1f600}')", 1],
  ['coalesce(NULL, title)', 'Ab c'],
  ["coalesce(day, '1970-01-01')", '2024-01-31T12:00:00Z'],
  ['coalesce(size, 0.5)', 7],
  ["to_date('2024-01-31 12:30')", '2024-01-31T12:30:00Z'],
  ['to_date(1500)', '1970-01-01T00:00:01.5Z'],
  ["CASE WHEN size > 5 THEN 'big' ELSE 'small' END", 'big'],
  ["CASE size WHEN 8 THEN 'eight' END", undefined],
  ["CASE WHEN NULL IS NULL THEN 'x' END", undefined],
  ['CASE WHEN TRUE THEN 1 ELSE 2 END', 1],
  ["CASE WHEN end = 'E' THEN end END", 'E'],
  ["size > 5 AND title LIKE 'A%'", true],
  ["tags CONTAINS ANY ('x')", true],
  ['tags', ['x', 'y']],
]

t.test('a value is what SQL makes of it', async (t) => {
  for (const [text, made] of MADE) {
    if (text.includes('NULL IS') || text.startsWith('4611')) continue
    t.same(value(text), made, text)
  }
})

t.test('what is null makes null, and so does what is not of its type', async (t) => {
  for (const text of [
    'title || 1',
    'size + 1',
    '-size',
    'lower(title)',
    'substr(title, size)',
    'length(tags)',
    'score / 2',
  ])
    for (const properties of [
      {},
      { title: null, size: null, score: null, tags: null },
      { title: 5, size: 'x', score: true, tags: 'x' },
    ] as JsonObject[])
      t.equal(value(text, properties) ?? null, null, text)
  t.equal(value('size > 5', {}), undefined)
  t.equal(value('title IS NULL', {}), true)
})

t.test('what cannot be computed is a fault of the object, not of the run', async (t) => {
  for (const [text, reason] of [
    ['size / 0', /division by zero/],
    ['size % (size - 7)', /division by zero/],
    ['9223372036854775807 + size', /beyond 64 bits/],
    ['score * 1e308 * 100', /beyond the 64-bit floats/],
    ['to_date(title)', /"Ab c" is not a date/],
    ['to_date(9223372036854775807)', /not a date of the years/],
  ] as const) {
    t.throws(() => value(text), reason, text)
    t.throws(() => value(text), ValueFault, text)
  }
  const set = bindTransforms([setProperty('x=to_date(title)')], SCHEMA)
  const { rejects } = await set.objects([object(DOC)])
  t.match(rejects[0]?.reason, 'set x=to_date(title): "Ab c" is not a date')
  t.throws(() => filterOf('size / 0 > 1', SCHEMA).selects(object(DOC)), {
    code: 'ELYSIA_USAGE',
    message: /size \/ 0 > 1 cannot be evaluated for 00000000-0000-4000-8000-000000000009/,
  })
})

const WRONG: readonly (readonly [text: string, message: string])[] = [
  ['lower(size)', 'column 7: lower takes a text, and this is an int'],
  ['title + 1', 'column 1: + takes numbers, and this is a text'],
  ['foo(title)', 'column 1: there is no function foo; there are lower, upper'],
  ['LOWER()', 'column 1: lower takes a text'],
  ['lower(title', 'column 12: the text ends, expected'],
  ['title ||', 'column 9: the text ends'],
  ['coalesce(title, size)', 'column 17: this is an int, and the value before it a text'],
  ["coalesce(day, 'x')", 'column 15: this is a text, and the value before it a date'],
  ['CASE WHEN title THEN 1 END', 'column 11: title is a text: compare it with something'],
  ['CASE END', 'expected'],
  ['cover', 'column 1: cover is of type blob'],
  ['tags || 1', 'column 1: || joins single values'],
  ["regexp_replace(title, '(', 'x')", 'column 1: the pattern is not valid'],
  ["regexp_replace(title, title, 'x')", 'column 23: regexp_replace takes a text, and written out'],
  ["regexp_replace(title, 'a', '\\1')", 'the replacement names \\1, and the pattern has 0 groups'],
  ["regexp_replace(title, 'a', 'x', 'm')", 'are g and i, not m'],
  ['titel', 'column 1: Doc has no property titel'],
  ['size -- 1', 'column 6'],
  ['1e999', 'column 1: 1e999 is not a number that can be kept'],
]

t.test('types that do not go together are refused with their column', async (t) => {
  for (const [text, message] of WRONG) {
    try {
      value(text)
      t.fail(text)
    } catch (error) {
      const { code, message: got, hint } = error as ElysiaError
      t.equal(code, 'ELYSIA_USAGE', text)
      t.ok(got.includes(message), `${text}: ${got}`)
      t.ok(hint, text)
    }
  }
})

t.test('no text exhausts the stack, nor takes more time than its length', async (t) => {
  const refused = (text: string) => {
    try {
      value(text)
      return ''
    } catch (error) {
      return (error as ElysiaError).message
    }
  }
  t.match(refused(`title${' || title'.repeat(5000)}`), /more than 1,000 operators in a row/)
  t.match(refused(`size${' + 1'.repeat(10_000)}`), /more than 1,000 operators/)
  t.match(refused('CASE WHEN '.repeat(200)), /more than 100 CASE/)
  t.equal(value(`${'('.repeat(100)}size${')'.repeat(100)}`), 7)
  t.equal(value(`${'- '.repeat(10_000)}size`), 7)
  const slow = `regexp_replace(title, '(a*)*b', 'x')`
  t.equal(value(slow, { title: 'a'.repeat(50_000) }), 'a'.repeat(50_000))
})

t.test('keywords of CASE are names as well, and filters compare what is computed', async (t) => {
  t.ok(filterOf(`"end" = 'E' AND end = 'E'`, SCHEMA).selects(object(DOC)))
  t.match(parseFilter('case = 1 AND when < 2 AND else IS NULL'), { kind: 'and' })
  for (const [text, holds] of [
    ["lower(title) = 'ab c'", true],
    ['size % 2 = 0', false],
    ['size BETWEEN length(tags) AND score * 20', true],
    ["title || 'x' LIKE '%cx'", true],
    ['(size > 5) = open', true],
    ["coalesce(NULL, title) IN ('Ab c')", true],
    ['NOT size / 2 > 4', true],
  ] as const)
    t.equal(filterOf(text, SCHEMA).selects(object(DOC)), holds, text)
  const { checked } = filterOf("lower(title) = 'a' AND size + score > 1", SCHEMA)
  t.equal(checked.kind, 'and')
})

t.test('arithmetic of ints is exact in 64 bits, or refused', async (t) => {
  const ints = fc.oneof(
    fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    fc.bigInt(-10n, 10n),
    fc.bigInt(-(2n ** 54n), 2n ** 54n),
  )
  const stored = (one: bigint) => (Number.isSafeInteger(Number(one)) ? Number(one) : one)
  const law = fc.property(ints, ints, fc.constantFrom('+', '-', '*', '%'), (a, b, operator) => {
    const schema = { class: 'N', properties: ['a', 'b'].map((name) => ({ name, dataType: ['int'] })) }
    const read = checkValue(parseValue(`a ${operator} b`), schema, '').read
    const wanted = {
      '+': () => a + b,
      '-': () => a - b,
      '*': () => a * b,
      '%': () => (b === 0n ? undefined : a % b),
    }[operator]!()
    const isKept = wanted !== undefined && BigInt.asIntN(64, wanted) === wanted
    try {
      const made = read(object({ a: stored(a), b: stored(b) }))
      if (!isKept || BigInt(made as bigint) !== wanted) throw new Error(`${a} ${operator} ${b} = ${made}`)
      if (Object.is(made, -0)) throw new Error('a zero with a sign')
    } catch (error) {
      if (!(error instanceof ValueFault) || isKept) throw error
    }
  })
  fc.assert(law, tried(runs(1000)))
  t.pass()
})

t.test('a property that is set follows the type of its expression', async (t) => {
  const after = (text: string) => bindTransforms([setProperty(text)], SCHEMA).schema.properties
  t.same(after('slug=lower(title)')?.at(-1), { name: 'slug', dataType: ['text'] })
  t.same(after('title=length(title)')?.[0], { name: 'title', dataType: ['int'] })
  t.same(after('title=upper(title)')?.[0], SCHEMA.properties[0])
  t.same(after('score=size')?.[2], SCHEMA.properties[2])
  t.same(after('size=size / 2')?.[1], { name: 'size', dataType: ['number'] })
  t.same(after('title=NULL')?.[0], SCHEMA.properties[0])
  const made = async (text: string) =>
    (await bindTransforms([setProperty(text)], SCHEMA).objects([object(DOC)])).objects[0]?.properties
  t.same((await made('title = CASE WHEN size < 0 THEN title END'))?.title, undefined)
  t.same((await made('score=9007199254740993'))?.score, 9007199254740992)
  t.throws(() => setProperty('title'), { message: /it has two sides with = between them/ })
  t.throws(() => setProperty('Title=1'), { message: /"Title" is not the name of a property/ })
  t.throws(() => bindTransforms([setProperty('x=NULL')], SCHEMA), { message: /NULL has no type/ })
  t.throws(() => bindTransforms([setProperty('x=foo(1)')], SCHEMA), {
    message: /set x=foo\(1\): it is not valid at column 1: there is no function foo/,
  })
})

t.test('SPEC.md lists all functions', async (t) => {
  const spec = readFileSync(new URL('../../../SPEC.md', import.meta.url), 'utf8')
  const table = spec.slice(spec.indexOf('**Expressions.**'), spec.indexOf('**Push-down.**'))
  for (const name of Object.keys(FUNCTIONS)) t.ok(table.includes(`\`${name}`), name)
})

t.test('a text that would be longer than any is a reject, and ends nothing', async (t) => {
  const set = bindTransforms([setProperty("title=replace(title, 'a', title)")], SCHEMA)
  const { objects, rejects } = await set.objects([
    object({ title: 'a'.repeat(40_000) }),
    object({ title: 'b' }),
  ])
  t.equal(objects.length, 1)
  t.match(rejects, [{ code: 'transform_failed', reason: /too large/ }])
})
