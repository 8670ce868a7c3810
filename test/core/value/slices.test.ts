import fc from 'fast-check'
import t from 'tap'
import { slices } from '../../../lib/core/value/slices.ts'

t.test('slices hold every item once, in order, and only the last one may be short', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 9 }), (items, size) => {
      const pieces = [...slices(items, size)]
      t.strictSame(pieces.flat(), items)
      t.ok(pieces.slice(0, -1).every(({ length }) => length === size))
      t.ok(pieces.every(({ length }) => length > 0 && length <= size))
    }),
    { numRuns: 50 },
  )
})
