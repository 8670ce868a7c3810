import t from 'tap'
import type { ElysiaError } from '../../../lib/core/errors.ts'
import type { CollectionSchema } from '../../../lib/core/schema.ts'
import { filterOf } from '../../../lib/transform/filter/filter.ts'

const ARTICLE: CollectionSchema = {
  class: 'Article',
  properties: [
    { name: 'title', dataType: ['text'] },
    { name: 'pages', dataType: ['int'] },
    { name: 'price', dataType: ['number'] },
    { name: 'free', dataType: ['boolean'] },
    { name: 'published', dataType: ['date'] },
    { name: 'tags', dataType: ['text[]'] },
    { name: 'origin', dataType: ['object'], nestedProperties: [{ name: 'place', dataType: ['text'] }] },
    { name: 'parts', dataType: ['object[]'], nestedProperties: [{ name: 'n', dataType: ['int'] }] },
    { name: 'cites', dataType: ['Article'] },
    { name: 'cover', dataType: ['blob'] },
  ],
}

function refusal(text: string, schema = ARTICLE): ElysiaError {
  try {
    filterOf(text, schema)
  } catch (error) {
    return error as ElysiaError
  }
  throw new Error(`${text.slice(0, 80)} was accepted`)
}

/** What is wrong, and what the message says. */
const WRONG: readonly (readonly [text: string, message: string])[] = [
  ["titel = 'x'", 'column 1: Article has no property titel'],
  ["pages > 5 AND titel = 'x'", 'column 15: Article has no property titel'],
  ["origin.city = 'x'", 'column 1: origin has no property city'],
  ["title.x = 'x'", 'column 1: title has no properties inside'],
  ['parts.n = 1', 'column 1: parts is a list of objects'],
  ['title = 5', "column 9: title is a text, and 5 is not a 'text'"],
  ["pages = '5'", "column 9: pages is an int, and '5' is not a number"],
  ["free = 'yes'", "column 8: free is a boolean, and 'yes' is not TRUE or FALSE"],
  ["published > 'yesterday'", 'column 13: published is a date'],
  ["published = '2023-02-29'", 'column 13: published is a date'],
  ["id = 'x'", 'column 6: id is a uuid'],
  ['pages IN ()', 'column 1: IN () names no value'],
  ['tags CONTAINS ANY ()', 'column 1: CONTAINS () names no value'],
  ['price = NaN', 'column 9: no stored number is NaN'],
  ['price = 1e999', 'column 9: price is a number, and 1e999 is not a number'],
  ['pages = NULL', 'column 9: nothing is ever equal to NULL'],
  ['pages IN (1, NULL)', 'column 14: nothing is ever equal to NULL'],
  ["tags = 'x'", 'column 1: tags is a list (text[]): write CONTAINS ANY'],
  ["title CONTAINS ANY ('x')", 'column 1: title is a text, and CONTAINS is for lists'],
  ["cites = 'x'", 'column 1: cites is a reference to Article'],
  ["cover = 'x'", 'column 1: cover is a blob'],
  ['free > TRUE', 'column 1: free is a boolean, and has no order'],
  ["pages LIKE '5%'", 'column 1: pages is an int, and LIKE is for texts'],
  ["title LIKE 'a!b' ESCAPE '!'", 'column 12: ! stands before something else'],
  ["title LIKE 'a' ESCAPE 'ab'", 'column 23: ESCAPE takes one character'],
  ['1 = 1', 'column 1: no property is compared here'],
  ['title', 'column 1: title is a text: compare it with something'],
  ['pages > title', 'column 1: pages is an int, and title a text'],
  ["tenant = 'x'", 'column 1: Article has no property tenant'],
]

t.test('what does not fit the class is told with its column, its type and the properties', async (t) => {
  for (const [text, message] of WRONG) {
    const { code, message: got, hint } = refusal(text)
    t.equal(code, 'ELYSIA_USAGE', text)
    t.ok(got.includes(message), `${text}: ${got}`)
    t.match(hint, /Article has title \(text\), pages \(int\)/, text)
  }
})

t.test('the nearest name is proposed, and single quotes for a text in double ones', async (t) => {
  t.match(refusal("titel = 'x'").hint, /did you mean title\?/)
  t.match(refusal('title = "x y"').hint, /a text stands in single quotes: 'x y'/)
})

t.test('a class of many properties names the first of them', async (t) => {
  const properties = Array.from({ length: 500 }, (_, at) => ({ name: `p${at}`, dataType: ['int'] }))
  t.match(refusal('x = 1', { class: 'Wide', properties }).hint, /p19 \(int\) and 483 more$/)
})
