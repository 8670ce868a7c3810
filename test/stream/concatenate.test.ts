// Streams that are written side by side come out one after the other.
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import t from 'tap'
import { concatenate } from '../../lib/stream/concatenate.ts'

async function* slowly(items: readonly number[], turns: number) {
  for (const item of items) {
    for (let n = 0; n < turns; n++) await turn()
    yield item
  }
}

const parts = fc.array(
  fc.record({ items: fc.array(fc.integer(), { maxLength: 30 }), turns: fc.integer({ min: 0, max: 3 }) }),
  { maxLength: 6 },
)

t.test('all comes out once, in the order in which the streams were made', async (t) => {
  await fc.assert(
    fc.asyncProperty(parts, async (given) => {
      const { source, next, end } = concatenate<number>()
      const writing = given.map(({ items, turns }) => pipeline(slowly(items, turns), next()))
      const all = source.toArray()
      await Promise.all(writing)
      end()
      t.strictSame(
        await all,
        given.flatMap(({ items }) => items),
      )
    }),
    { numRuns: 100 },
  )
})

t.test('a stream whose turn has not come holds eight chunks, and then waits', async (t) => {
  const { source, next, end } = concatenate<number>()
  const [first, second] = [next(), next()]
  let taken = 0
  const counted = async function* () {
    for (; taken < 50; taken++) yield taken
  }
  const writing = pipeline(Readable.from(counted(), { highWaterMark: 1 }), second)
  const all = source.toArray()
  for (let turns = 0; turns < 50; turns++) await turn()
  t.ok(taken >= 8 && taken <= 12, `took ${taken}`)
  first.end(-1)
  await writing
  end()
  t.equal((await all).length, 51)
})

t.test(
  'one that fails takes the whole down with its error, and a reader that goes away takes down all',
  async (t) => {
    const broken = new Error('the disk is gone')
    const { source, next } = concatenate<number>()
    const [first, second] = [next(), next()]
    const all = source.toArray()
    const failing = async function* () {
      yield 1
      throw broken
    }
    await t.rejects(pipeline(failing, second), broken)
    await t.rejects(all, broken)
    t.ok(first.destroyed)
    t.ok(next().destroyed, 'what is made afterwards is closed at once')
    const other = concatenate<number>()
    const unread = other.next()
    const end = new Writable({ objectMode: true, write: (_chunk, _encoding, done) => done(broken) })
    const flowing = pipeline(other.source, end)
    unread.write(1)
    await t.rejects(flowing, broken)
    t.ok(unread.destroyed)
  },
)
