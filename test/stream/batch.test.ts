import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import fc from 'fast-check'
import t from 'tap'
import { Reject } from '../../lib/core/reject.ts'
import { type BatchOptions, batch } from '../../lib/stream/batch.ts'

async function batches<T>(items: T[], options?: BatchOptions<T>): Promise<T[][]> {
  return (await Readable.from(items).pipe(batch<T>(options)).toArray()) as T[][]
}

t.test('batch: is full by count', async (t) => {
  t.strictSame(await batches([1, 2, 3, 4, 5], { count: 2 }), [[1, 2], [3, 4], [5]])
})

t.test('batch: is full by weight, and what is heavier than a batch travels alone', async (t) => {
  const weigh = (weight: number) => weight
  t.strictSame(await batches([4, 4, 4, 99, 1, 9, 10, 3], { bytes: 10, weigh }), [
    [4, 4],
    [4],
    [99],
    [1, 9],
    [10],
    [3],
  ])
})

t.test('batch: weighs text, bytes and content of an item unless told otherwise', async (t) => {
  const text = { line: 1, end: 1, text: 'x'.repeat(60) }
  const reject = new Reject({ line: 2, end: 2, bytes: Buffer.alloc(60) }, 'invalid_utf8', '')
  const items: unknown[] = [text, reject, { content: 'y'.repeat(60) }, 7, null].filter(
    (item) => item !== null,
  )
  t.strictSame(await batches(items, { bytes: 100 }), [[text], [reject], [{ content: 'y'.repeat(60) }, 7]])
})

t.test('batch: nothing in, nothing out', async (t) => {
  t.strictSame(await batches([]), [])
})

t.test('batch: a partial batch goes on when no more comes', async (t) => {
  const stage = batch<number>({ waitMs: 5 })
  stage.write(1)
  stage.write(2)
  const keepAlive = setInterval(() => {}, 1000)
  t.strictSame(await once(stage, 'data'), [[1, 2]])
  stage.write(3)
  t.strictSame(await once(stage, 'data'), [[3]], 'and so does the next')
  clearInterval(keepAlive)
  stage.destroy()
})

t.test('batch: while a batch waits for the reader, the next one fills up instead of going on', async (t) => {
  const stage = batch<number>({ bytes: 10, weigh: (weight) => weight, waitMs: 1 })
  for (const weight of [5, 4, 3]) stage.write(weight)
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.equal(stage.readableLength, 1, 'though its time has passed')
  stage.end(6)
  t.strictSame(await stage.toArray(), [
    [5, 4],
    [3, 6],
  ])
})

t.test('batch: its timer keeps no process alive, and a stage that has ended has none', async (t) => {
  const stage = batch<number>({ waitMs: 60_000 })
  stage.write(1)
  t.notOk(process.getActiveResourcesInfo().includes('Timeout'))
  stage.destroy()
})

t.test('batch: a count of less than one is refused', async (t) => {
  t.throws(() => batch({ count: 0 }), RangeError)
})

t.test('batch: any items keep their order and both bounds', async (t) => {
  const limits = fc.record({ count: fc.integer({ min: 1, max: 9 }), bytes: fc.integer({ min: 1, max: 50 }) })
  const property = fc.assert(
    fc.asyncProperty(fc.array(fc.nat(30)), limits, async (weights, { count, bytes }) => {
      const out = await batches(weights, { count, bytes, weigh: (weight) => weight })
      assert.deepStrictEqual(out.flat(), weights)
      assert.ok(out.every((items) => items.length <= count && items.length > 0))
      assert.ok(
        out.every((items) => items.length === 1 || items.reduce((sum, weight) => sum + weight) <= bytes),
      )
    }),
    { numRuns: 300 },
  )
  await t.resolves(property)
})
