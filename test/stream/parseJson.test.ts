import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import t from 'tap'
import { parseExact } from '../../lib/core/exactJson.ts'
import { Reject } from '../../lib/core/reject.ts'
import { type ParsedLine, parseJson } from '../../lib/stream/parseJson.ts'

async function parse(...texts: string[]): Promise<(ParsedLine | Reject)[]> {
  const lines = texts.map((text, at) => ({ line: at + 1, end: (at + 1) * 10, text }))
  return (await Readable.from(lines).pipe(parseJson()).toArray()) as (ParsedLine | Reject)[]
}

t.test('parseJson: an object comes with its line', async (t) => {
  t.strictSame(await parse('{"a":[1,null]}'), [
    { line: 1, end: 10, text: '{"a":[1,null]}', value: { a: [1, null] } },
  ])
})

t.test('parseJson: what is not JSON is refused with what the parser says', async (t) => {
  const rejects = await parse('{"a":', '{a:1}', "{'a':1}", '{"a":1}}', '\ufeff{}', '{"a":"\t"}', 'NaN')
  for (const reject of rejects) {
    t.ok(reject instanceof Reject)
    t.match(reject, { code: 'not_json', reason: /^not JSON: ./ })
  }
  t.equal(rejects[3]?.text, '{"a":1}}', 'the line stays with it')
})

t.test('parseJson: what is not an object is refused with what it is', async (t) => {
  const rejects = await parse('[]', 'null', '1', '"a"', 'true')
  t.strictSame(
    rejects.map((reject) => [(reject as Reject).code, (reject as Reject).reason]),
    ['an array', 'null', 'a number', 'a string', 'a boolean'].map((name) => [
      'not_object',
      `not a JSON object but ${name}`,
    ]),
  )
})

t.test('parseJson: a key __proto__ is refused however deep and however it is written', async (t) => {
  const rejects = await parse('{"__proto__":{"a":1}}', '{"a":[{"b":{"\\u005f_pro\\u0074o__":1}}]}')
  for (const reject of rejects) t.match(reject, { code: 'invalid_value', reason: /__proto__/ })
  t.equal(({} as { a?: number }).a, undefined)
})

t.test('parseJson: __proto__ as a text, or constructor as a key, is harmless', async (t) => {
  const [content, key] = await parse('{"content":"{\\"__proto__\\": 1}"}', '{"constructor":{"prototype":1}}')
  t.notOk(content instanceof Reject)
  t.notOk(key instanceof Reject)
})

t.test(
  'parseJson: what nests deeper than any record is refused, and costs neither stack nor memory',
  async (t) => {
    const nested = (depth: number) => `{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`
    const [deep, bomb, open, fits] = await parse(
      nested(500),
      nested(5_000_000),
      '['.repeat(10_000_000),
      nested(499),
    )
    for (const reject of [deep, bomb, open])
      t.match(reject, { code: 'too_complex', reason: /nests deeper than 500 levels/ })
    t.notOk(fits instanceof Reject)
    const [wide] = await parse(`{"a":[${'{},'.repeat(2_000_000)}0]}`)
    t.match(wide, { code: 'too_complex', reason: /more than 2,000,000 keys/ })
  },
)

t.test(
  'parseJson: every JSON object comes through as JSON.parse has it, but for large whole numbers',
  async (t) => {
    const record = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }))
    const property = fc.assert(
      fc.asyncProperty(record, async (object) => {
        const text = JSON.stringify(object)
        const [parsed] = await parse(text)
        if (text.includes('"__proto__":')) return
        assert.deepStrictEqual((parsed as ParsedLine).value, parseExact(text))
      }),
      { numRuns: 300 },
    )
    await t.resolves(property)
  },
)
