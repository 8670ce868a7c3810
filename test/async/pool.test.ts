import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { pool } from '../../lib/async/pool.ts'

/** Items, and how many were taken and whether the rest was given back. */
function counted(count: number) {
  const seen = { taken: 0, closed: false }
  function* items() {
    try {
      for (let item = 0; item < count; item++) {
        seen.taken += 1
        yield item
      }
    } finally {
      seen.closed = true
    }
  }
  return { seen, items: items() }
}

t.test('each item is worked on once, never more at once than there are workers', async (t) => {
  const done: number[] = []
  let running = 0
  let most = 0
  await pool(counted(20).items, { workers: 3 }, async (item) => {
    most = Math.max(most, ++running)
    await wait(item % 3)
    running -= 1
    done.push(item)
  })
  t.strictSame(
    done.sort((a, b) => a - b),
    Array.from({ length: 20 }, (_, item) => item),
  )
  t.equal(most, 3)
})

t.test('items are taken in order, and only when a worker is free', async (t) => {
  const { seen, items } = counted(10)
  const begun: number[] = []
  await pool(items, { workers: 2 }, async (item) => {
    begun.push(item)
    t.ok(seen.taken <= begun.length + 1, `${seen.taken} taken, ${begun.length} begun`)
    await wait(1)
  })
  t.strictSame(begun, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

t.test('no items are no work, and more workers than items do no harm', async (t) => {
  await pool([], { workers: 4 }, async () => {
    t.fail('there was nothing to do')
  })
  let done = 0
  await pool([1], { workers: 4 }, async () => {
    done += 1
  })
  t.equal(done, 1)
})

t.test('one that fails stops its siblings, and the rest is left', async (t) => {
  const { seen, items } = counted(100)
  const failure = new Error('the disk is full')
  const aborted: unknown[] = []
  let running = 0
  const work = async (item: number, signal: AbortSignal) => {
    running += 1
    try {
      if (item === 1) throw failure
      await wait(60_000, undefined, { signal })
    } catch (error) {
      if (signal.aborted) aborted.push(signal.reason)
      await wait(5)
      throw error
    } finally {
      running -= 1
    }
  }
  await t.rejects(pool(items, { workers: 3 }, work), failure)
  t.equal(running, 0, 'nothing goes on behind the caller’s back')
  t.strictSame(aborted, [failure, failure], 'the two others were told why')
  t.equal(seen.taken, 3)
  t.ok(seen.closed, 'the items are given back')
})

t.test('an error of the items themselves ends it as well', async (t) => {
  const failure = new Error('no more of these')
  function* items() {
    yield 1
    throw failure
  }
  let told = false
  const work = async (_item: number, signal: AbortSignal) => {
    await wait(60_000, undefined, { signal }).catch(() => {
      told = true
    })
  }
  await t.rejects(pool(items(), { workers: 2 }, work), failure)
  t.ok(told)
})

t.test('a signal ends all work at once, and its reason is the error', async (t) => {
  const control = new AbortController()
  const reason = new Error('twice Ctrl-C')
  const work = async (item: number, signal: AbortSignal) => {
    if (item === 1) control.abort(reason)
    await wait(60_000, undefined, { signal }).catch(() => {
      throw signal.reason
    })
  }
  await t.rejects(pool(counted(9).items, { workers: 2, signal: control.signal }, work), reason)
})

t.test('a signal that fires when all is done changes nothing', async (t) => {
  const control = new AbortController()
  await pool([1], { workers: 2, signal: control.signal }, async () => {
    control.abort()
  })
  t.ok(control.signal.aborted)
})

t.test('a stop lets what was begun finish, and takes nothing more', async (t) => {
  const { seen, items } = counted(9)
  const control = new AbortController()
  const reason = new Error('Ctrl-C')
  const finished: number[] = []
  const work = async (item: number, signal: AbortSignal) => {
    if (item === 1) control.abort(reason)
    await wait(2, undefined, { signal })
    finished.push(item)
  }
  await t.rejects(pool(items, { workers: 2, stop: control.signal }, work), reason)
  t.strictSame(finished.sort(), [0, 1])
  t.ok(seen.closed)
})

t.test('work that gives up because of a stop does not abort its siblings', async (t) => {
  const control = new AbortController()
  const reason = new Error('Ctrl-C')
  const finished: number[] = []
  const work = async (item: number, signal: AbortSignal) => {
    if (item === 0) {
      await wait(1)
      control.abort(reason)
      throw reason
    }
    await wait(5, undefined, { signal })
    finished.push(item)
  }
  await t.rejects(pool([0, 1], { workers: 2, stop: control.signal }, work), reason)
  t.strictSame(finished, [1])
})

t.test('a stop when nothing is left is no error', async (t) => {
  const control = new AbortController()
  await pool([1], { workers: 1, stop: control.signal }, async () => {
    control.abort()
  })
  t.ok(control.signal.aborted)
})

t.test('a failure after a stop is the failure', async (t) => {
  const control = new AbortController()
  const failure = new Error('the store is gone')
  const work = async () => {
    control.abort(new Error('Ctrl-C'))
    throw failure
  }
  await t.rejects(pool([1, 2], { workers: 1, stop: control.signal }, work), failure)
})
