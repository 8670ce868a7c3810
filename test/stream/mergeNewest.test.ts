// Sources in order → one in order, in which the newest has the last word.
import { Readable } from 'node:stream'
import fc from 'fast-check'
import t from 'tap'
import { mergeNewest } from '../../lib/stream/mergeNewest.ts'

interface Item {
  readonly key: string
  readonly from: number
}

const keys = fc.uniqueArray(fc.nat(60), { maxLength: 40 }).map((all) => all.sort((a, b) => a - b))

t.test('each key is given once, in order, as the newest source that has it says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(keys, { maxLength: 6 }), fc.integer({ min: 1, max: 5 }), async (all, size) => {
      const sources = all.map((own, from) =>
        pages(
          own.map((key) => item(key, from)),
          size,
        ),
      )
      const found: Item[] = []
      for await (const page of mergeNewest(sources, ({ key }) => key)) found.push(...page)
      const wanted = new Map<string, Item>()
      for (const [from, own] of all.entries())
        for (const key of own)
          if (!wanted.has(item(key, from).key)) wanted.set(item(key, from).key, item(key, from))
      const inOrder = [...wanted.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
      return JSON.stringify(found) === JSON.stringify(inOrder)
    }),
    { numRuns: 300 },
  )
})

t.test('a page is full of 500 items, or of 4 Mi characters', async (t) => {
  const all = Array.from({ length: 1200 }, (_, key) => item(key, 0))
  const sizes = async (lengthOf?: (one: Item) => number) => {
    const options = lengthOf === undefined ? {} : { lengthOf }
    const found: number[] = []
    const sources = [pages(all, 100), pages([item(5, 1)], 1)]
    for await (const page of mergeNewest(sources, ({ key }) => key, options)) found.push(page.length)
    return found
  }
  t.strictSame(await sizes(), [500, 500, 200])
  t.strictSame(new Set(await sizes(() => 2_000_000)), new Set([3]), 'large ones are fewer')
})

t.test('pages without items are passed over, and are not the end', async (t) => {
  const sources = [
    [[], [item(1, 0)], [], [item(3, 0)], []],
    [[], []],
  ].map((all) => Readable.from(all))
  const found: Item[] = []
  for await (const page of mergeNewest<Item>(sources, ({ key }) => key)) found.push(...page)
  t.strictSame(found, [item(1, 0), item(3, 0)])
})

t.test('all sources are closed where the reader gives up, and where one fails', async (t) => {
  let closed = 0
  async function* source(from: number, fails = false) {
    try {
      for (let key = 0; key < 5000; key++) {
        if (fails && key === 700) throw new Error('damaged')
        yield [item(key * 3 + from, from)]
      }
    } finally {
      closed += 1
    }
  }
  for await (const _ of mergeNewest([source(0), source(1), source(2)], ({ key }) => key)) break
  t.equal(closed, 3)
  const failing = async () => {
    for await (const _ of mergeNewest([source(0), source(1, true)], ({ key }) => key));
  }
  await t.rejects(failing(), { message: 'damaged' })
  t.equal(closed, 5)
})

function item(key: number, from: number): Item {
  return { key: String(key).padStart(6, '0'), from }
}

async function* pages(items: readonly Item[], size: number): AsyncGenerator<readonly Item[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size)
}

t.test('a source that is at work hears of the end before it is closed', async (t) => {
  const ended = new AbortController()
  const working = {
    [Symbol.asyncIterator]: async function* () {
      await new Promise((_, reject) =>
        ended.signal.addEventListener('abort', () => reject(ended.signal.reason)),
      )
      yield [{ key: 'a' }]
    },
  }
  async function* broken(): AsyncGenerator<readonly { key: string }[]> {
    yield []
    throw new Error('broken')
  }
  const merged = mergeNewest([working, broken()], ({ key }) => key, { ended })
  await t.rejects(merged.next(), { message: 'broken' })
})
