import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { retrying } from '../../lib/async/retry.ts'
import { ElysiaError } from '../../lib/core/errors.ts'
import type { StoredObject } from '../../lib/core/object.ts'
import { objectPages } from '../../lib/store/objects.ts'
import { openSqlite } from '../../lib/store/sqlite/store.ts'
import type { Range } from '../../lib/store/store.ts'
import { idOf, THING, thing, things } from '../job/backup/archived.ts'
import { changedStore } from '../job/changed.ts'

const projection = { properties: 'all', vectors: true } as const
const away = () => new ElysiaError('ELYSIA_UNREACHABLE', 'away for a while', { retryable: true })

/** A collection of so many things in pages of ten, whose pages fail at those numbers; and where reads began. */
async function failing(count: number, fails: readonly number[]) {
  const begun: (string | undefined)[] = []
  let page = 0
  const store = changedStore(await things(count), () => ({
    async *read(_what, range: Range = {}): AsyncGenerator<StoredObject[]> {
      begun.push(range.after)
      const from = range.after === undefined ? 0 : Number.parseInt(range.after.slice(-12), 16) + 1
      for (let at = from; at < count; at += 10) {
        page += 1
        if (fails.includes(page)) throw away()
        yield Array.from({ length: Math.min(10, count - at) }, (_, n) => thing(at + n, count))
      }
    },
  }))
  return { collection: store.collection('Thing'), begun }
}

t.test('a read that fails for a while goes on after the last object that it gave', async (t) => {
  const { collection, begun } = await failing(50, [1, 4, 5])
  const retry = retrying({ forMs: 10_000, minMs: 1 })
  const pages = (await objectPages(collection, {}, { projection, retry }).toArray()) as StoredObject[][]
  t.strictSame(
    pages.flat().map(({ id }) => id),
    Array.from({ length: 50 }, (_, n) => idOf(n, 50)),
  )
  t.strictSame(begun, [undefined, undefined, idOf(19, 50), idOf(19, 50)])
})

t.test('without a retry each read is made once', async (t) => {
  const { collection } = await failing(50, [2])
  await t.rejects(objectPages(collection, {}, { projection }).toArray(), { code: 'ELYSIA_UNREACHABLE' })
})

t.test('nothing is read before somebody reads', async (t) => {
  const { collection, begun } = await failing(50, [])
  const pages = objectPages(collection, {}, { projection })
  await wait(5)
  t.strictSame(begun, [])
  pages.destroy()
})

t.test('destroyed while it waits to repeat a read, it closes at once and repeats nothing', async (t) => {
  const { collection, begun } = await failing(50, [2, 3, 4, 5])
  let waiting = () => {}
  const isWaiting = new Promise<void>((resolve) => {
    waiting = resolve
  })
  const timersBefore = timers()
  const retry = retrying({ forMs: 60_000, minMs: 30_000, onRetry: () => waiting() })
  const pages = objectPages(collection, {}, { projection, retry })
  pages.resume()
  await isWaiting
  const before = performance.now()
  const closed = new Promise((resolve) => pages.once('close', resolve))
  pages.destroy()
  await closed
  t.ok(performance.now() - before < 5000, 'not after the half minute of the wait')
  t.equal(begun.length, 1)
  for (let turns = 0; turns < 100 && timers() > timersBefore; turns++) await wait(1)
  t.equal(timers(), timersBefore, 'no timer of half a minute keeps the process')
})

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}

t.test('an abort is the error, with its reason', async (t) => {
  const abort = new AbortController()
  const reason = new Error('twice Ctrl-C')
  const collection = (await things(2000)).collection('Thing')
  const pages = objectPages(collection, {}, { projection, signal: abort.signal })
  const read = async () => {
    for await (const _ of pages) abort.abort(reason)
  }
  await t.rejects(read(), reason)
})

t.test('an embedded store that is read through leaves timers and signals their turn', async (t) => {
  const store = await openSqlite(':memory:')
  t.teardown(() => store.close())
  await store.create(THING)
  const things = store.collection('Thing')
  await things.write(Array.from({ length: 20_000 }, (_, n) => thing(n, 20_000)))
  let fired = false
  setTimeout(() => {
    fired = true
  }, 0)
  let before = 0
  for await (const _page of objectPages(things, {}, { projection: { properties: [], vectors: false } }))
    if (!fired) before += 1
  t.ok(fired && before < 20, `after ${before} of 40 pages`)
})
