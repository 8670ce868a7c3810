// The merge join against a simple model: two sorted arrays.
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import t from 'tap'
import { mergeJoin, type Pair } from '../../lib/stream/mergeJoin.ts'

const options = {
  compare: (one: number, other: number) => one - other,
  outOfOrder: (side: string, item: number, before: number) => new Error(`${side}: ${item} after ${before}`),
}

/** Numbers in order, and how they are cut into pages; some pages are empty. */
const sorted = fc.uniqueArray(fc.integer({ min: 0, max: 60 })).map((all) => all.toSorted((a, b) => a - b))
const cuts = fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 12 })

function paged(items: readonly number[], sizes: readonly number[]): number[][] {
  const pages: number[][] = []
  for (let at = 0, n = 0; at < items.length; n++) {
    const size = n > 100 ? 1 : sizes[n % sizes.length]!
    pages.push(items.slice(at, at + size))
    at += size
  }
  return pages
}

function model(left: readonly number[], right: readonly number[]): Pair<number>[] {
  const all = [...new Set([...left, ...right])].sort((a, b) => a - b)
  return all.map((n) => ({ ...(left.includes(n) && { left: n }), ...(right.includes(n) && { right: n }) }))
}

async function* slow(pages: readonly number[][]) {
  for (const page of pages) {
    await turn()
    yield page
  }
}

t.test('it gives the pairs of two sorted arrays, however these are cut into pages', async (t) => {
  await fc.assert(
    fc.asyncProperty(sorted, sorted, cuts, cuts, fc.boolean(), async (left, right, one, other, isSlow) => {
      const [ofLeft, ofRight] = [paged(left, one), paged(right, other)]
      const joined = mergeJoin(
        Readable.from(ofLeft),
        isSlow ? slow(ofRight) : Readable.from(ofRight),
        options,
      )
      const pages = (await joined.toArray()) as Pair<number>[][]
      t.strictSame(pages.flat(), model(left, right))
      t.notOk(
        pages.some((page) => page.length === 0 || page.length > 14),
        'pages are never empty, nor larger than one of each side',
      )
    }),
    { numRuns: 300 },
  )
})

t.test('an item out of order, or there twice, ends it by the error of the caller', async (t) => {
  await fc.assert(
    fc.asyncProperty(sorted, sorted, cuts, fc.nat(), fc.boolean(), async (left, right, sizes, at, isLeft) => {
      fc.pre(left.length > 1)
      const before = at % (left.length - 1)
      const wrong = [...left]
      wrong[before + 1] = wrong[before]! - (at % 3)
      const [bad, good] = [Readable.from(paged(wrong, sizes)), Readable.from(paged(right, sizes))]
      const joined = isLeft ? mergeJoin(bad, good, options) : mergeJoin(good, bad, options)
      const message = `${isLeft ? 'left' : 'right'}: ${wrong[before + 1]} after ${wrong[before]}`
      await t.rejects(joined.toArray(), { message })
      t.ok(bad.closed && good.closed, 'both sides are closed')
    }),
    { numRuns: 60 },
  )
})

t.test('a side that fails ends it; what it still had to give is on no side alone', async (t) => {
  const failing = async function* () {
    yield [1, 3]
    throw new Error('the disk is gone')
  }
  for (const isLeft of [true, false]) {
    const [bad, good] = [Readable.from(failing()), Readable.from([[1, 2, 3, 4, 5]])]
    const joined = isLeft ? mergeJoin(bad, good, options) : mergeJoin(good, bad, options)
    const seen: Pair<number>[] = []
    const read = async () => {
      for await (const page of joined) seen.push(...page)
    }
    await t.rejects(read(), { message: 'the disk is gone' })
    t.notOk(
      seen.some(({ left, right }) => (left ?? right)! > 3),
      'nothing behind the last that both gave',
    )
    t.ok(bad.closed && good.closed, 'both sides are closed')
  }
})

/** Endless pages; how many were taken, and whether it was ended. */
function endless() {
  const state = { taken: 0, isEnded: false }
  const pages = async function* () {
    try {
      for (let at = 0; ; at += 10) {
        state.taken += 1
        yield Array.from({ length: 10 }, (_, n) => at + n)
        await turn()
      }
    } finally {
      state.isEnded = true
    }
  }
  return { state, pages: Readable.from(pages(), { highWaterMark: 1 }) }
}

t.test('while nobody reads it takes no more than a page of each side, and one ahead', async (t) => {
  const [left, right] = [endless(), endless()]
  const joined = mergeJoin(left.pages, right.pages, options)
  for (let turns = 0; turns < 20; turns++) await turn()
  t.equal(left.state.taken + right.state.taken, 0, 'nothing is opened before it is read')
  const stuck = new Writable({ objectMode: true, highWaterMark: 1, write: () => {} })
  joined.pipe(stuck)
  for (let turns = 0; turns < 50; turns++) await turn()
  t.ok(left.state.taken > 0 && left.state.taken <= 5, `took ${left.state.taken}`)
  joined.destroy()
  await new Promise((resolve) => joined.once('close', resolve))
  t.ok(left.pages.closed && right.pages.closed, 'both sides are closed')
  t.ok(left.state.isEnded && right.state.isEnded)
})

t.test('an abort ends it at once, with the reason, though a side gives nothing', async (t) => {
  const reason = new Error('enough')
  const abort = new AbortController()
  const never = new Readable({ objectMode: true, read() {} })
  const other = endless()
  const joined = mergeJoin(other.pages, never, { ...options, signal: abort.signal })
  setImmediate(() => abort.abort(reason))
  await t.rejects(joined.toArray(), reason)
  t.ok(never.closed && other.pages.closed)
  const late = mergeJoin(Readable.from([[1]]), Readable.from([[1]]), { ...options, signal: abort.signal })
  await t.rejects(late.toArray(), reason)
})

t.test('a reader that fails, and an abort of the pipeline, close both sides', async (t) => {
  const broken = new Error('the disk is full')
  for (const how of ['fails', 'aborts']) {
    const [left, right, abort] = [endless(), endless(), new AbortController()]
    const end = new Writable({
      objectMode: true,
      write(_page, _encoding, done) {
        if (how === 'fails') return done(broken)
        abort.abort()
        done()
      },
    })
    const join = mergeJoin(left.pages, right.pages, options)
    await t.rejects(
      pipeline(join, end, { signal: abort.signal }),
      how === 'fails' ? broken : { name: 'AbortError' },
    )
    if (!join.closed) await new Promise((resolve) => join.once('close', resolve))
    t.ok(left.pages.closed && right.pages.closed, how)
  }
})

t.test('sides that never wait leave timers their turn', async (t) => {
  function* pages() {
    for (let at = 0; at < 2000; at++) yield [at]
  }
  let turns = 0
  const timer = setInterval(() => {
    turns += 1
  }, 1)
  await mergeJoin(Readable.from(pages()), Readable.from(pages()), options).toArray()
  clearInterval(timer)
  t.ok(turns > 0, `${turns} turns`)
})
