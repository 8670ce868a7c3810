import { execFile, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { parquet } from '../../../lib/archive/format/parquet/format.ts'
import type { Json, StoredObject } from '../../../lib/core/object.ts'
import { ValueFault } from '../../../lib/transform/expression/fault.ts'
import { checkValue } from '../../../lib/transform/filter/check.ts'
import { parseValue } from '../../../lib/transform/filter/parse.ts'
import { encoded } from '../../contract/format.ts'

const run = promisify(execFile)
const python = process.env.ELYSIACTL_TEST_PYTHON ?? 'python3'
const found = spawnSync(python, ['-c', 'import duckdb']).status === 0
const SEED = 7

const DOC = {
  class: 'Doc',
  properties: [
    { name: 'title', dataType: ['text'] },
    { name: 'body', dataType: ['text'] },
    { name: 'size', dataType: ['int'] },
    { name: 'n', dataType: ['int'] },
    { name: 'score', dataType: ['number'] },
    { name: 'open', dataType: ['boolean'] },
  ],
}

const TEXTS = ['', 'a', 'Ab', ' ab ', 'aXbX', "it's", 'ä', '\u{1f600}a', 'a\nb', '\\1']
const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined, freq: 5 })
const objects: fc.Arbitrary<StoredObject> = fc
  .record({
    title: maybe(fc.constantFrom(...TEXTS)),
    body: maybe(fc.constantFrom(...TEXTS)),
    size: maybe(fc.integer({ min: -9, max: 9 })),
    n: maybe(fc.constantFrom(0, 1, 2, 4_000_000_000, -5)),
    score: maybe(fc.constantFrom(0, -0.5, 0.25, 1e10, 7)),
    open: maybe(fc.boolean()),
  })
  .map((values) => {
    const all = Object.entries(values).filter(([, value]) => value !== undefined)
    return { id: '', properties: Object.fromEntries(all) as StoredObject['properties'] }
  })

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`

/** Expressions by their type. What either of both cannot compute, or computes of other types, is left out. */
const { text, int, truth } = fc.letrec<{ text: string; int: string; truth: string }>((tie) => {
  const two = (a: 'text' | 'int', b: 'text' | 'int') => fc.tuple(tie(a), tie(b))
  const cases = (kind: 'text' | 'int') =>
    fc
      .tuple(tie('truth'), tie(kind), fc.option(tie(kind)))
      .map(
        ([when, then, other]) =>
          `CASE WHEN ${when} THEN ${then}${other === null ? '' : ` ELSE ${other}`} END`,
      )
  return {
    text: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('title', 'body'),
      fc.constantFrom(...TEXTS.filter((one) => !one.includes('\n'))).map(quoted),
      two('text', 'text').map(([a, b]) => `(${a} || ${b})`),
      two('text', 'int').map(([a, b]) => `(${a} || ${b})`),
      fc
        .tuple(fc.constantFrom('lower', 'upper', 'trim', 'ltrim', 'rtrim'), tie('text'))
        .map(([name, a]) => `${name}(${a})`),
      tie('text').map((a) => `trim(${a}, 'aX')`),
      fc
        .tuple(tie('text'), fc.integer({ min: -4, max: 4 }), fc.option(fc.integer({ min: -3, max: 4 })))
        .map(([a, from, length]) => `substr(${a}, ${from}${length === null ? '' : `, ${length}`})`),
      fc.tuple(tie('text'), tie('text'), tie('text')).map((all) => `replace(${all.join(', ')})`),
      fc
        .tuple(
          tie('text'),
          fc.constantFrom('[a-z]', '(a)(.)', '^a', 'X$', 'x', '\\s+', 'ä|b', ''),
          fc.constantFrom('-', '<\\0>', '\\\\'),
          fc.constantFrom('', 'g', 'i', 'gi'),
        )
        .map(
          ([a, pattern, by, options]) =>
            `regexp_replace(${a}, ${quoted(pattern)}, ${quoted(by)}, '${options}')`,
        ),
      two('text', 'text').map(([a, b]) => `coalesce(${a}, ${b})`),
      cases('text'),
    ),
    int: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('size', 'n', '0', '7', '-3'),
      fc
        .tuple(tie('int'), fc.constantFrom('+', '-', '*'), tie('int'))
        .map(([a, operator, b]) => `(${a} ${operator} ${b})`),
      tie('int').map((a) => `${a} % 5`),
      tie('int').map((a) => `-(${a})`),
      tie('text').map((a) => `length(${a})`),
      two('int', 'int').map(([a, b]) => `coalesce(${a}, ${b})`),
      cases('int'),
    ),
    truth: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('open', 'open = FALSE', 'title IS NULL', "title LIKE 'a%'", 'size > 2', 'TRUE'),
      fc
        .tuple(fc.constantFrom('title', 'lower(body)'), fc.constantFrom('<', '=', '!='), tie('text'))
        .map(([a, operator, b]) => `${a} ${operator} ${b}`),
      fc
        .tuple(fc.constantFrom('size', 'size + 1'), fc.constantFrom('<', '=', '>='), tie('int'))
        .map(([a, operator, b]) => `${a} ${operator} ${b}`),
      fc.tuple(tie('truth'), tie('truth')).map(([a, b]) => `(${a}) AND (${b})`),
      tie('truth').map((a) => `NOT (${a})`),
      tie('int').map((a) => `size BETWEEN ${a} AND 5`),
    ),
  }
})

/** What DuckDB makes of each text, a list of values; null where it refuses it, as where an int is too large for it. */
const SCRIPT = `
import duckdb, json, sys
def values(text):
    try: return [value for (value,) in duckdb.sql(f"SELECT {text} FROM 'docs.parquet'").fetchall()]
    except duckdb.Error as error: return str(error)
json.dump([values(text) for text in json.load(open("texts.json"))], sys.stdout)`

t.test(
  'the same text makes the same values as a SELECT of DuckDB over our Parquet',
  { skip: found ? false : `${python} has no duckdb (ELYSIACTL_TEST_PYTHON)` },
  async (t) => {
    const all = fc
      .sample(objects, { numRuns: 60, seed: SEED })
      .map((one, at) => ({ ...one, id: `00000000-0000-4000-8000-${at.toString(16).padStart(12, '0')}` }))
    const texts = [text, int, truth].flatMap((kind) => fc.sample(kind, { numRuns: 200, seed: SEED }))
    const directory = t.testdir({ 'texts.json': JSON.stringify(texts) })
    writeFileSync(
      join(directory, 'docs.parquet'),
      await encoded(parquet, [all], { schema: DOC, vectors: 'base64' }),
    )
    const { stdout } = await run(python, ['-c', SCRIPT], { cwd: directory, maxBuffer: 1e9 })
    const theirs = JSON.parse(stdout) as (Json[] | string)[]
    let compared = 0
    for (const [at, one] of texts.entries()) {
      const wanted = theirs[at]!
      const ours = valuesOf(one, all)
      if (typeof wanted === 'string' || typeof ours === 'string') {
        const isOfOne =
          /Out of Range|no property is compared|overflow|INT(32|64)|Could not convert|Conversion/i
        if (
          !isOfOne.test(`${typeof wanted === 'string' ? wanted : ''} ${typeof ours === 'string' ? ours : ''}`)
        )
          t.fail(`${one}: ${String(ours).slice(0, 200)} | ${String(wanted).slice(0, 200)}`)
        continue
      }
      compared += 1
      if (JSON.stringify(ours) !== JSON.stringify(wanted)) t.strictSame(ours, wanted, one)
    }
    t.ok(compared > 450, `${compared} of ${texts.length} expressions compared`)
  },
)

function valuesOf(text: string, all: readonly StoredObject[]): (Json | null)[] | string {
  try {
    const { read } = checkValue(parseValue(text), DOC, text)
    return all.map((object) => read(object) ?? null)
  } catch (error) {
    return error instanceof ValueFault ? `overflow: ${error.message}` : (error as Error).message
  }
}
