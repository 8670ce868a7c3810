import t from 'tap'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { filterOf } from '../../../lib/transform/filter/filter.ts'
import { pushedDown } from '../../../lib/transform/filter/pushDown.ts'

const text = (name: string, tokenization: string, more = {}) => ({
  name,
  dataType: ['text'],
  tokenization,
  ...more,
})

const DOC: CollectionSchema = {
  class: 'Doc',
  invertedIndexConfig: {
    indexTimestamps: true,
    indexNullState: true,
    stopwords: { preset: 'en', additions: ['foo'] },
  },
  properties: [
    text('path', 'field'),
    text('body', 'word'),
    text('gram', 'trigram'),
    text('hidden', 'field', { indexFilterable: false }),
    { name: 'size', dataType: ['int'] },
    { name: 'ratio', dataType: ['number'] },
    { name: 'draft', dataType: ['boolean'] },
    { name: 'day', dataType: ['date'] },
    { name: 'origin', dataType: ['object'], nestedProperties: [text('place', 'field')] },
    { name: 'tags', dataType: ['text[]'], tokenization: 'word' },
  ],
}

const pushed = (condition: string, schema = DOC) =>
  pushedDown(filterOf(condition, schema).checked, schema).map(({ property, operator, values }) =>
    `${property} ${operator} ${values.map(({ value }) => value).join()}`.trim(),
  )

/** What a server may be asked, by what is asked for. */
const PUSHED: Readonly<Record<string, readonly string[]>> = {
  "path = 'a b'": ['path = a b'],
  "body = 'The quick fox'": ['body = The quick fox'],
  "path LIKE 'src/%.ts'": ['path >= src/', 'path < src0'],
  "path LIKE 'src/main.ts'": ['path >= src/main.ts', 'path < src/main.tt'],
  'size > 5': ['size > 5'],
  '5 > size': ['size < 5'],
  'size > 5.5': ['size >= 6'],
  'size BETWEEN 1 AND 2.5': ['size >= 1', 'size <= 2'],
  'size IN (1, 2)': ['size any 1,2'],
  'ratio > 0': ['ratio > 0'],
  'ratio < -1': ['ratio < -1'],
  draft: ['draft = true'],
  "day = '2024-01-01'": ['day = 2024-01-01T00:00:00Z'],
  "_updated > '2024-01-01T00:00:00.0000005Z'": ['_updated > 2024-01-01T00:00:00Z'],
  "_created <= '2024-01-01T00:00:00.0000005Z'": ['_created <= 2024-01-01T00:00:00Z'],
  "tags CONTAINS ALL ('red', 'the fox')": ['tags all red,the fox'],
  "id > '00000000-0000-4000-8000-000000000000'": ['id > 00000000-0000-4000-8000-000000000000'],
  "size > 5 AND (path = 'a.ts' AND NOT draft) AND body LIKE '%x%'": ['size > 5', 'path = a.ts'],
}

t.test('a server is asked for what it answers without loss', async (t) => {
  for (const [condition, wanted] of Object.entries(PUSHED)) t.strictSame(pushed(condition), wanted, condition)
})

/** What of it a server would leave out, or refuse. */
const KEPT: Readonly<Record<string, readonly string[]>> = {
  'a negation': [
    'NOT size > 5',
    'size != 5',
    'size NOT IN (1)',
    'size NOT BETWEEN 1 AND 2',
    'NOT draft',
    'size IS NOT NULL',
  ],
  'one side of an OR': ['size > 5 OR draft', 'NOT (size > 5 OR draft)'],
  'stop words alone': [
    "body = 'the'",
    "body = 'foo'",
    "body = '!!'",
    "path = 'a'",
    "tags CONTAINS ANY ('red', 'the')",
  ],
  'nulls, of which an index has none from before the property was added': ['size IS NULL'],
  'no index': ["hidden = 'x'", "origin.place = 'x'"],
  'an order of texts, which are cut': ["body > 'm'", "path > 'm'"],
  'an order of dates, which wrap around': ["day > '2024-01-01'", "day BETWEEN '2020-01-01' AND '2024-01-01'"],
  'a tokenization that nothing is known of': ["gram = 'abc def'"],
  'a pattern of anything but a beginning': ["path LIKE '%x'", "body LIKE 'src%'", "path LIKE ' src%'"],
  'ints that are several': ['size = 9007199254740993', 'size > 9007199254740992', 'size = 1.5'],
  'zero, which is two': ['ratio = 0', 'ratio >= 0', 'ratio > -1', 'ratio IN (0, 1)'],
  'times that are compared as texts of another length': [
    "_created > '2000-01-01'",
    "_created > '1969-12-31'",
    "_updated < '2300-01-01'",
    "_updated >= '9999-12-31'",
  ],
  'two properties': ['size > ratio'],
}

t.test('it is not asked for what it answers otherwise', async (t) => {
  for (const [why, conditions] of Object.entries(KEPT))
    for (const condition of conditions) t.strictSame(pushed(condition), [], `${why}: ${condition}`)
})

t.test('settings of the class decide', async (t) => {
  t.strictSame(pushed("_created > '2024-01-01'", { ...DOC, invertedIndexConfig: {} }), [])
  t.strictSame(pushed('size > 5', { ...DOC, replicationConfig: { factor: 3 } }), [], 'copies may differ')
  const other = { ...DOC, invertedIndexConfig: { stopwordPresets: { own: ['quick'] } } }
  t.strictSame(pushed("body = 'quick fox'", other), [], 'stop words that nothing is known of')
})
