import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import t from 'tap'
import { ElysiaError } from '../../../lib/core/errors.ts'
import { MAX_FILTER_BYTES, MAX_FILTER_DEPTH, parseFilter } from '../../../lib/transform/filter/parse.ts'
import { CHARACTERS } from '../../characters.ts'
import { runs, tried } from '../../runs.ts'

function refusal(text: string): ElysiaError {
  try {
    parseFilter(text)
  } catch (error) {
    if (error instanceof ElysiaError) return error
    throw error
  }
  throw new Error(`${text.slice(0, 80)} was accepted`)
}

t.test('a text that is no condition is refused with its column and what was expected', async (t) => {
  const wrong: readonly (readonly [string, RegExp, RegExp])[] = [
    ['', /column 1: the text ends/, /for example/],
    ['a ==1', /column 3/, /equality is one =/],
    ['a = = 1', /column 5/, /equality is one =/],
    ["a = 'x", /column 5/, /a text ends with '/],
    ['a && b', /column 3/, /AND, OR and NOT/],
    ['a = 1; DROP TABLE x', /column 6: ";" stands there/, /for example/],
    ['a = (SELECT 1)', /column 13/, /for example/],
    ['a = 1 --', /column 7/, /for example/],
    ['a = 5x', /column 5/, /for example/],
    ['(a = 1', /column 7: the text ends/, /for example/],
    ['AND = 1', /column 1/, /for example/],
    ['a = 1\n  AND b >', /line 2, column 10/, /for example/],
  ]
  for (const [text, message, hint] of wrong) {
    const error = refusal(text)
    t.equal(error.code, 'ELYSIA_USAGE', text)
    t.match(error.message, message, text)
    t.match(error.hint, hint, text)
  }
})

t.test(
  'parentheses beyond 100 levels are refused before they are parsed, and no text exhausts the stack',
  async (t) => {
    const nested = (depth: number) => `${'('.repeat(depth)}a = 1${')'.repeat(depth)}`
    t.ok(parseFilter(nested(MAX_FILTER_DEPTH)))
    t.match(refusal(nested(MAX_FILTER_DEPTH + 1)).message, /nest deeper than 100/)
    t.match(refusal('('.repeat(60_000)).message, /column 101: its parentheses nest deeper/)
    t.ok(parseFilter(`a = '${'('.repeat(500)}'`), 'those inside a text do not count')
    t.ok(parseFilter(`${'NOT '.repeat(16_000)}a`))
    t.ok(parseFilter(Array(7000).fill('a = 1').join(' OR ')))
    t.ok(parseFilter(`a${'.a'.repeat(30_000)} = 1`))
  },
)

t.test('a filter has 64 KiB at most', async (t) => {
  const long = (bytes: number) => `a = '${'ä'.repeat((bytes - 6) / 2)}'`
  t.equal(Buffer.byteLength(long(MAX_FILTER_BYTES)), MAX_FILTER_BYTES)
  t.ok(parseFilter(long(MAX_FILTER_BYTES)))
  t.match(refusal(`${long(MAX_FILTER_BYTES)} `), { message: /64 KiB/, hint: /--objects @FILE/ })
})

t.test('any text is a condition or a usage error', async (t) => {
  const words = fc.constantFrom(
    'a',
    '(',
    ')',
    '=',
    'NOT',
    'IN',
    "'",
    '"',
    'AND',
    'LIKE',
    '1',
    '.',
    ',',
    ' ',
    'IS',
    'NULL',
  )
  const texts = fc.oneof(
    fc.string({ unit: CHARACTERS }),
    fc.array(words, { maxLength: 30 }).map((all) => all.join(' ')),
  )
  const law = fc.property(texts, (text) => {
    try {
      parseFilter(text)
    } catch (error) {
      if (!(error instanceof ElysiaError) || error.code !== 'ELYSIA_USAGE') throw error
    }
  })
  fc.assert(law, tried(runs(2000)))
  t.pass()
})

t.test('keywords are in any case, names as they are written', async (t) => {
  t.match(parseFilter('Size not between 1 and 2'), { kind: 'not', term: { kind: 'between' } })
  t.match(parseFilter('"and"."a ""b""" = 1'), { left: { names: [{ name: 'and' }, { name: 'a "b"' }] } })
  t.match(parseFilter('inside = 1 and nothing = 2'), { kind: 'and' }, 'names may begin with a keyword')
})

t.test('AND binds closer than OR, and NOT closer than both', async (t) => {
  t.match(parseFilter('a OR b AND NOT c'), {
    kind: 'or',
    terms: [{ kind: 'truth' }, { kind: 'and', terms: [{ kind: 'truth' }, { kind: 'not' }] }],
  })
})

t.test('SPEC.md has the grammar', async (t) => {
  const spec = readFileSync(new URL('../../../SPEC.md', import.meta.url), 'utf8')
  const [, ebnf = ''] = /```ebnf\n([\s\S]*?)```/.exec(spec) ?? []
  for (const word of [
    'OR',
    'AND',
    'NOT',
    'IN',
    'BETWEEN',
    'LIKE',
    'ESCAPE',
    'IS',
    'NULL',
    'CONTAINS',
    'ANY',
    'ALL',
  ])
    t.ok(ebnf.includes(`"${word}"`), word)
})
