import type { Test } from 'tap'
import type { JsonObject, StoredObject } from '../../../lib/core/object.ts'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import type { Collection } from '../../../lib/store/store.ts'
import { checkFilter } from '../../../lib/transform/filter/check.ts'
import { parseFilter } from '../../../lib/transform/filter/parse.ts'
import { predicateOf } from '../../../lib/transform/filter/predicate.ts'
import { pushedDown } from '../../../lib/transform/filter/pushDown.ts'
import { enter, idAt, type Open } from './world.ts'

const text = (name: string, tokenization: string) => ({ name, dataType: ['text'], tokenization })
const plain = (name: string, type: string) => ({ name, dataType: [type] })

const INDEXED: JsonObject = {
  invertedIndexConfig: { indexTimestamps: true, indexNullState: true },
  properties: [
    text('field', 'field'),
    text('word', 'word'),
    text('lower', 'lowercase'),
    text('white', 'whitespace'),
    { ...text('hidden', 'field'), indexFilterable: false },
    plain('size', 'int'),
    plain('ratio', 'number'),
    plain('open', 'boolean'),
    plain('day', 'date'),
    plain('key', 'uuid'),
    { ...plain('tags', 'text[]'), tokenization: 'word' },
    plain('sizes', 'int[]'),
    plain('ratios', 'number[]'),
    plain('days', 'date[]'),
  ],
}

/** Values that indexes cut, trim, wrap, round or refuse. */
const TEXTS = [
  '',
  ' ',
  'a',
  'ab',
  ' ab ',
  'Ab',
  'a\nb',
  'the',
  'The quick',
  'quick-brown',
  'ä b',
  'ab*c',
  'an',
  '\u{1f600}',
]
const INTS = ['0', '7', '-7', '9007199254740992', '9007199254740991', '1.5', '-6.5']
const NUMBERS = ['0', '0.3', '0.30000000000000004', '-1e300', '1e300', '7']
const DATES = [
  '0001-01-01T00:00:00Z',
  '1500-06-01T00:00:00Z',
  '2024-01-01T00:00:00Z',
  '2024-01-01T02:00:00.000000001+02:00',
  '2262-04-12T00:00:00Z',
  '9999-12-31T23:59:59Z',
]
const PATTERNS = ['ab%', 'a%', 'A%', '%b', 'a_', 'ab', ' ab%', 'the%', 'ab*%']

function objects(): StoredObject[] {
  const pick = <T>(all: readonly T[], n: number) => all[n % all.length]!
  return Array.from({ length: 60 }, (_, n) => {
    const value = pick(TEXTS, n)
    const whole = pick(['0', '7', '-7', '9007199254740992', '9007199254740991'], n)
    const properties: JsonObject = {
      field: value,
      word: value,
      lower: value,
      white: value,
      hidden: value,
      size: BigInt(whole),
      ratio: n % 11 === 0 ? -0 : Number(pick(NUMBERS, n)),
      open: n % 2 === 0,
      day: pick(DATES, n),
      key: idAt(n % 5),
      tags: n % 4 === 0 ? [] : [value, 'the', 'last'],
      sizes: [n % 3, 7],
      ratios: [n % 7 === 0 ? -0 : 0.3],
      days: [pick(DATES, n), pick(DATES, n + 1)],
    }
    // Some of them are missing, others in each object.
    const names = Object.keys(properties).filter((_name, at) => (n + at) % 6 !== 0)
    return { id: idAt(n), properties: Object.fromEntries(names.map((name) => [name, properties[name]!])) }
  })
}

const quoted = (value: string) => `'${value.replaceAll("'", "''")}'`

function* conditions(): Generator<string> {
  const OPERATORS = ['=', '!=', '<', '<=', '>', '>=']
  const scalars: readonly (readonly [string[], string[]])[] = [
    [['field', 'word', 'lower', 'white', 'hidden'], TEXTS.map(quoted)],
    [['size'], INTS],
    [['ratio'], NUMBERS],
    [['open'], ['TRUE', 'FALSE']],
    [['day'], DATES.map(quoted)],
    [['key', 'id'], [0, 3, 30].map((n) => quoted(idAt(n)))],
    [
      ['_created', '_updated'],
      ['1960-01-01', '2000-01-01', '2020-01-01', '2199-01-01T00:00:00.0000005Z', '2300-01-01'].map(quoted),
    ],
  ]
  for (const [names, literals] of scalars) {
    for (const name of names) {
      for (const [at, literal] of literals.entries()) {
        for (const operator of OPERATORS) {
          const ordered = operator !== '=' && operator !== '!='
          if (!(name === 'open' && ordered)) yield `${name} ${operator} ${literal}`
        }
        if (name !== 'open') yield `${name} IN (${literal}, ${literals[(at + 1) % literals.length]})`
      }
      yield `${name} IS NULL`
      yield `NOT ${name} IS NULL`
    }
  }
  for (const pattern of PATTERNS)
    for (const name of ['field', 'word', 'hidden']) yield `${name} LIKE '${pattern}'`
  for (const mode of ['ANY', 'ALL']) {
    yield `sizes CONTAINS ${mode} (1, 7)`
    yield `ratios CONTAINS ${mode} (0, 0.3)`
    yield `ratios CONTAINS ${mode} (0.3)`
    yield `days CONTAINS ${mode} ('9999-12-31T23:59:59Z', '2024-01-01')`
    for (const value of TEXTS) yield `tags CONTAINS ${mode} (${quoted(value)}, 'last')`
  }
  yield "open AND size > 0 AND (word = 'quick' OR ratio < 0) AND NOT field = 'ab'"
}

async function idsOf(pages: AsyncIterable<readonly string[]>): Promise<string[]> {
  const ids: string[] = []
  for await (const page of pages) ids.push(...page)
  return ids
}

/** Objects found by the indexes of their values, where a store has such. */
export async function filterTests(t: Test, open: Open): Promise<void> {
  const NAME = 'by its indexes a store finds at least all objects that a condition selects, in order of id'
  await t.test(NAME, async (t) => {
    const { store, make } = await enter(t, open)
    const collection = await make('Indexed', INDEXED)
    t.equal(collection.idsWhere !== undefined, store.supports.filters, 'as it says of itself')
    t.equal(collection.countWhere !== undefined, store.supports.filters)
    if (!store.supports.filters) return
    const outcomes = await collection.write(objects())
    t.strictSame(
      outcomes.flatMap(({ reason }) => reason ?? []),
      [],
    )
    const schema = (await store.schema(collection.name))!
    const stored: StoredObject[] = []
    const what = { properties: 'all', vectors: false, times: true } as const
    for await (const page of collection.read(what)) stored.push(...page)
    t.equal(stored.length, 60)
    let asked = 0
    for (const condition of conditions())
      asked += Number(await holds(t, condition, schema, collection, stored))
    t.ok(asked > 120, `${asked} conditions are answered by indexes`)
  })
}

/** False where the store is not asked at all. */
async function holds(
  t: Test,
  condition: string,
  schema: CollectionSchema,
  collection: Collection,
  stored: readonly StoredObject[],
): Promise<boolean> {
  const checked = checkFilter(parseFilter(condition), schema, condition)
  const pushed = pushedDown(checked, schema)
  if (pushed.length === 0) return false
  const predicate = predicateOf(checked)
  const wanted = stored.filter((object) => predicate(object) === true).map(({ id }) => id)
  const range = { after: idAt(10), upTo: idAt(45) }
  const [found, inside, count] = await Promise.all([
    idsOf(collection.idsWhere!(pushed)),
    idsOf(collection.idsWhere!(pushed, range)),
    collection.countWhere!(pushed),
  ])
  const missing = wanted.filter((id) => !found.includes(id))
  if (missing.length > 0) t.strictSame(missing, [], `${condition}: ${JSON.stringify(pushed)}`)
  const isSorted = found.every((id, at) => at === 0 || id > found[at - 1]!)
  if (!isSorted) t.fail(`${condition}: ids out of order`)
  if (count !== found.length) t.equal(count, found.length, `${condition}: counted as many as found`)
  const some = found.filter((id) => id > range.after && id <= range.upTo)
  if (some.join() !== inside.join()) t.strictSame(inside, some, `${condition}: those of a range`)
  return true
}
