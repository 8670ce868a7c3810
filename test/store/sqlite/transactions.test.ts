import t, { type Test } from 'tap'
import { openDatabase, type SqliteDatabase } from '../../../lib/database/connection.ts'
import { TransactionQueue } from '../../../lib/store/sqlite/transactions.ts'

/** A queue on a new file, and what another connection sees of it. */
function opened(t: Test) {
  const file = `${t.testdir()}/a.db`
  const database = openDatabase(file)
  database.exec('CREATE TABLE n (value INTEGER)')
  const other = openDatabase(file)
  const queue = new TransactionQueue(database)
  t.teardown(() => {
    other.close()
    database.close()
  })
  const put = (value: number) => async () => {
    await null
    database.prepare('INSERT INTO n VALUES (?)').run(value)
  }
  return { queue, database, put, seen: () => valuesOf(other) }
}

function valuesOf(database: SqliteDatabase): unknown[] {
  return database.prepare('SELECT value FROM n ORDER BY value').pluck().all()
}

const SHARED = { shared: true }

t.test('two shared transactions are committed in one', async (t) => {
  const { queue, put, seen } = opened(t)
  await queue.transaction(put(1), SHARED)
  t.strictSame(seen(), [])
  await queue.transaction(put(2), SHARED)
  t.strictSame(seen(), [1, 2])
  await queue.transaction(put(3), SHARED)
  t.strictSame(seen(), [1, 2])
})

t.test('one that nothing follows is committed after a moment', async (t) => {
  const { queue, put, seen } = opened(t)
  await queue.transaction(put(1), SHARED)
  for (let waitedMs = 0; seen().length === 0 && waitedMs < 10_000; waitedMs += 10)
    await new Promise((resolve) => setTimeout(resolve, 10))
  t.strictSame(seen(), [1])
})

t.test('whatever else is asked for comes after what is shared was committed', async (t) => {
  const { queue, put, seen } = opened(t)
  await queue.transaction(put(1), SHARED)
  t.strictSame(await queue.step(seen), [1])
  await queue.transaction(put(2), SHARED)
  await queue.transaction(async () => {})
  t.strictSame(seen(), [1, 2])
})

t.test('one that fails undoes those it shares with, unless it has changed nothing', async (t) => {
  const { queue, put, seen } = opened(t)
  await queue.transaction(put(1), SHARED)
  const refused = queue.transaction(async () => Promise.reject(new Error('too many')), SHARED)
  await t.rejects(refused, { message: 'too many' })
  t.strictSame(seen(), [1], 'it came too late to change anything')
  await queue.transaction(put(2), SHARED)
  const failed = queue.transaction(async () => {
    await put(3)()
    throw new Error('broken')
  }, SHARED)
  await t.rejects(failed, { message: 'broken' })
  t.strictSame(seen(), [1])
  await queue.transaction(put(4), SHARED)
  await queue.step(() => {})
  t.strictSame(seen(), [1, 4], 'the next one starts again')
})

t.test('what kept shared ones from being committed is told to the next that asks', async (t) => {
  const { queue, database, put } = opened(t)
  await queue.transaction(put(1), SHARED)
  database.exec('ROLLBACK')
  await t.rejects(
    queue.step(() => {}),
    /no transaction is active/,
  )
  await queue.transaction(put(2))
  t.strictSame(valuesOf(database), [2])
})

t.test('of shared ones it is told when they are committed, and not where they are undone', async (t) => {
  const { queue, put, seen } = opened(t)
  const told: unknown[] = []
  const shared = (value: number) => ({ shared: true, onCommitted: () => told.push([value, seen()]) })
  await queue.transaction(put(1), shared(1))
  t.strictSame(told, [])
  await queue.transaction(put(2), shared(2))
  t.strictSame(told, [
    [1, [1, 2]],
    [2, [1, 2]],
  ])
  await queue.transaction(put(3), shared(3))
  await queue.step(() => {})
  t.strictSame(told.slice(2), [[3, [1, 2, 3]]])
  await queue.transaction(put(4), shared(4))
  const failed = queue.transaction(async () => {
    await put(5)()
    throw new Error('broken')
  }, shared(5))
  await t.rejects(failed, { message: 'broken' })
  await queue.step(() => {})
  t.equal(told.length, 3)
})

t.test(
  'whose work is undone after it resolved hears of it, whoever asked for its commit or shared it',
  async (t) => {
    const { queue, database, put } = opened(t)
    const lost: unknown[] = []
    const shared = (value: number) => ({
      shared: true,
      onLost: (error: unknown) => lost.push([value, (error as Error).message]),
    })
    await queue.transaction(put(1), shared(1))
    database.exec('ROLLBACK')
    await t.rejects(queue.step(() => {}))
    t.match(lost, [[1, /no transaction is active/]])
    await queue.transaction(put(2), shared(2))
    const failed = queue.transaction(async () => {
      await put(3)()
      throw new Error('broken')
    }, shared(3))
    await t.rejects(failed, { message: 'broken' })
    t.strictSame(lost.slice(1), [[2, 'broken']])
  },
)
