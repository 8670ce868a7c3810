// YAML and JSON with the places of what they say.
import t from 'tap'
import { readDocument } from '../../lib/file/document.ts'

t.test(
  'a key, an item and a value have a place; what is missing has that of what should hold it',
  async (t) => {
    const { value, placeOf } = readDocument('a:\n  - b: 1\n    c: 24h\n')
    t.strictSame(value, { a: [{ b: 1, c: '24h' }] })
    t.strictSame(placeOf([]), { line: 1, column: 1 })
    t.strictSame(placeOf(['a', 0]), { line: 2, column: 5 })
    t.strictSame(placeOf(['a', 0, 'c']), { line: 3, column: 5 })
    t.strictSame(placeOf(['a', 0, 'd', 'e']), { line: 2, column: 5 })
  },
)

t.test('whole numbers stay exact, and what is no YAML has its place', async (t) => {
  t.strictSame(readDocument('{"n": 9007199254740993, "m": 2}').value, { n: 9007199254740993n, m: 2 })
  for (const text of ['a: 1\na: 2', 'a: [1', 'a: !!js/function "x"']) {
    t.throws(() => readDocument(text), /./, text)
  }
})
