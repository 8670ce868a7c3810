// On a virtual clock: whatever a store can take, the limit finds it.
import fc from 'fast-check'
import t from 'tap'
import { AdaptiveLimit } from '../../lib/async/adaptiveLimit.ts'

/** A store of which so many calls at once do not wait for each other. */
interface Served {
  readonly capacity: number
  readonly latencyMs: number
  /** It refuses a call where more are in flight. */
  readonly refusesAbove?: number
}

interface Outcome {
  readonly perMs: number
  readonly refused: number
  readonly counts: readonly number[]
  readonly limit: AdaptiveLimit
}

/** As many calls as the limit allows, until so many are done; the store may change on the way. */
function simulate(
  calls: number,
  most: number,
  servedAt: (done: number) => Served,
  random: () => number,
): Outcome {
  let now = 0
  const limit = new AdaptiveLimit({ most, now: () => now })
  const inFlight: { at: number; end: () => void; refused: boolean }[] = []
  const counts: number[] = []
  let refused = 0
  for (let done = 0; done < calls; done++) {
    const { capacity, latencyMs, refusesAbove = Number.POSITIVE_INFINITY } = servedAt(done)
    while (inFlight.length < limit.count) {
      const end = limit.begin()
      const isRefused = inFlight.length >= refusesAbove
      const crowd = Math.max(1, (inFlight.length + 1) / capacity)
      const ms = isRefused ? 1 : latencyMs * crowd * (0.9 + 0.2 * random())
      inFlight.push({ at: now + ms, end, refused: isRefused })
    }
    inFlight.sort((a, b) => a.at - b.at)
    const next = inFlight.shift()!
    now = Math.max(now, next.at)
    next.end()
    if (next.refused) {
      refused += 1
      limit.refused()
    }
    counts.push(limit.count)
  }
  return { perMs: calls / now, refused, counts, limit }
}

const random = fc
  .infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }))
  .map((stream) => () => stream.next().value!)

t.test('it comes to at least 0.8 of what the best fixed number gives, and never above the most', async () => {
  const store = fc.record({
    capacity: fc.integer({ min: 1, max: 64 }),
    latencyMs: fc.integer({ min: 1, max: 2000 }),
  })
  fc.assert(
    fc.property(store, fc.integer({ min: 1, max: 32 }), random, (served, most, noise) => {
      const { perMs, counts } = simulate(2000, most, () => served, noise)
      const best = Math.min(served.capacity, most) / (1.1 * served.latencyMs)
      return perMs >= 0.8 * best && counts.every((count) => count >= 1 && count <= most)
    }),
    { numRuns: 60 },
  )
})

t.test('it does not crowd a store that has become narrower, and grows again with it', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), random, (narrow, noise) => {
      const served = (done: number) => ({ capacity: done < 2000 || done > 5000 ? 24 : narrow, latencyMs: 50 })
      const { counts } = simulate(9000, 32, served, noise)
      const mean = (from: number, to: number) =>
        counts.slice(from, to).reduce((sum, count) => sum + count, 0) / (to - from)
      return mean(1000, 2000) >= 20 && mean(4500, 5000) <= 6 * narrow + 2 && mean(8500, 9000) >= 20
    }),
    { numRuns: 20 },
  )
  t.pass()
})

t.test('few calls are refused by a store that takes only so many', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 16 }), random, (refusesAbove, noise) => {
      const { refused, counts } = simulate(
        3000,
        32,
        () => ({ capacity: 64, latencyMs: 40, refusesAbove }),
        noise,
      )
      const late = counts.slice(1000)
      return refused < 600 && Math.max(...late) <= refusesAbove + 1
    }),
    { numRuns: 20 },
  )
})

t.test('it tells its recent average', async (t) => {
  const { limit } = simulate(
    3000,
    32,
    () => ({ capacity: 8, latencyMs: 20 }),
    () => 0.5,
  )
  t.ok(limit.average >= 8 && limit.average <= 17, `${limit.average}`)
})
