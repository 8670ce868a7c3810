import { Readable } from 'node:stream'
import fc from 'fast-check'
import t from 'tap'
import { rebatch } from '../../lib/stream/rebatch.ts'

t.test('batches of another size hold every item once, in order, within count and weight', async (t) => {
  const arrays = fc.array(fc.array(fc.integer({ min: 1, max: 20 })))
  await fc.assert(
    fc.asyncProperty(arrays, fc.integer({ min: 1, max: 5 }), async (input, count) => {
      const stage = rebatch<number>({ count, bytes: 10, weigh: (item) => item })
      const batches = (await Readable.from(input).compose(stage).toArray()) as number[][]
      t.strictSame(batches.flat(), input.flat())
      for (const batch of batches) {
        const weight = batch.reduce((sum, item) => sum + item, 0)
        t.ok(batch.length > 0 && batch.length <= count)
        t.ok(weight <= 10 || batch.length === 1, 'a heavier item travels alone')
      }
    }),
    { numRuns: 40 },
  )
})
