// A rate holds within a tenth over any five seconds, whatever sizes come, by a clock that the test moves.
import { PassThrough, Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import t from 'tap'
import { mostAtOnce, Pace, type PaceClock, paceArrays } from '../../lib/stream/pace.ts'
import { rebatch } from '../../lib/stream/rebatch.ts'
import { stageContract } from '../contract/stage.ts'

stageContract(t, 'paced', {
  make: () => paceArrays(new Pace({ items: 1_000_000 }), () => 1),
  input: () => Array.from({ length: 20 }, (_, n) => [{ line: 2 * n }, { line: 2 * n + 1 }]),
  holds: 2,
  keysIn: (chunk) => (chunk as { line: number }[]).map(({ line }) => line),
  keysOut: (chunk) => (chunk as { line: number }[]).map(({ line }) => line),
})

/** Time passes only where somebody waits, each wait a little longer than it was asked for. */
function virtualClock(lateMs: number): PaceClock {
  let now = 0
  return {
    now: () => now,
    wait: async (ms) => {
      await turn()
      now += ms + lateMs
    },
  }
}

const WINDOW_MS = 5000

/** When so many items came through, one after another, of streams that share a pace. */
async function passed(items: readonly number[], rates: { items?: number; bytes?: number }, lateMs: number) {
  const clock = virtualClock(lateMs)
  const pace = new Pace(rates, clock)
  const weigh = (one: number) => one
  const seen: { readonly atMs: number; readonly count: number; readonly bytes: number }[] = []
  await pipeline(
    Readable.from([items]),
    rebatch<number>({ ...mostAtOnce(pace), weigh }),
    paceArrays(pace, weigh),
    new Writable({
      objectMode: true,
      write(some: number[], _, done) {
        seen.push({ atMs: clock.now(), count: some.length, bytes: some.reduce((a, b) => a + b, 0) })
        done()
      },
    }),
  )
  return seen
}

/** The least and the most that any five seconds between the first and the last let through. */
function extremes(seen: Awaited<ReturnType<typeof passed>>, of: 'count' | 'bytes') {
  const end = seen.at(-1)!.atMs
  const sums = seen
    .filter(({ atMs }) => atMs + WINDOW_MS <= end)
    .map(({ atMs: from }) =>
      seen.reduce((sum, one) => (one.atMs >= from && one.atMs < from + WINDOW_MS ? sum + one[of] : sum), 0),
    )
  return { least: Math.min(...sums), most: Math.max(...sums), windows: sums.length }
}

t.test('a rate of items holds within a tenth over any five seconds', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 3, max: 400 }),
      fc.integer({ min: 0, max: 15 }),
      async (items, lateMs) => {
        const seen = await passed(new Array(items * 12).fill(1), { items }, lateMs)
        const { least, most, windows } = extremes(seen, 'count')
        const expected = (items * WINDOW_MS) / 1000
        return windows > 0 && most <= 1.1 * expected + 1 && least >= 0.9 * expected - 1
      },
    ),
    { numRuns: 30 },
  )
  t.end()
})

t.test('a rate of bytes holds over items of any size, and of two rates the slower one', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 200, maxLength: 400 }),
      async (sizes) => {
        const all = sizes.reduce((a, b) => a + b, 0)
        const bytes = Math.max(20_000, all / 12)
        const seen = await passed(sizes, { bytes, items: 100_000 }, 1)
        if (seen.at(-1)!.atMs < 2 * WINDOW_MS) return true
        const { least, most } = extremes(seen, 'bytes')
        return most <= 1.1 * bytes * 5 && least >= 0.9 * bytes * 5
      },
    ),
    { numRuns: 20 },
  )
  t.end()
})

t.test(
  'streams share a pace; what was not used is caught up with for a fifth of a second only',
  async (t) => {
    const clock = virtualClock(0)
    const pace = new Pace({ items: 100 }, clock)
    const { signal } = new AbortController()
    await Promise.all(Array.from({ length: 10 }, () => pace.pass(10, 0, signal)))
    t.ok(clock.now() >= 900, 'a hundred items of two streams or ten take a second')
    await clock.wait(60_000, signal)
    const before = clock.now()
    await pace.pass(20, 0, signal)
    t.equal(clock.now(), before)
    await pace.pass(1, 0, signal)
    await pace.pass(1, 0, signal)
    t.ok(clock.now() > before)
  },
)

t.test(
  'a real clock: three hundred items a second take their time, and a stage that waits ends at once',
  async (t) => {
    const pace = new Pace({ items: 300 })
    const started = performance.now()
    const chunks = Array.from({ length: 18 }, () => new Array(25).fill(1))
    const through = new PassThrough({ objectMode: true }).resume()
    await pipeline(
      Readable.from(chunks),
      paceArrays(pace, () => 1),
      through,
    )
    const seconds = (performance.now() - started) / 1000
    t.ok(seconds > 1.2 && seconds < 2.2, `450 items in ${seconds} s`)
    const slow = paceArrays(new Pace({ items: 1 }), () => 1)
    slow.write([1, 1, 1, 1, 1, 1, 1, 1, 1, 1])
    slow.write([1])
    await turn()
    slow.destroy()
    await new Promise((resolve) => slow.once('close', resolve))
  },
)
