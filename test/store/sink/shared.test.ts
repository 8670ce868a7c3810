// Batches that share a transaction of the embedded store are believed once it is committed.
import t, { type Test } from 'tap'
import type { Item } from '../../../lib/core/entry.ts'
import { sink } from '../../../lib/store/sink/sink.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { entry, SCHEMA } from './model.ts'

async function opened(t: Test) {
  const store = await openSqlite(`${t.testdir()}/a.db`)
  t.teardown(() => store.close())
  await store.create(SCHEMA)
  const end = sink(store, 'Model', { sharedTransactions: true })
  const ended = new Promise<unknown>((resolve) => end.once('error', resolve).once('finish', resolve))
  const put = (id: number) =>
    new Promise<void>((resolve) =>
      end.write([entry({ op: 'put', id, value: id }, id) as Item], () => resolve()),
    )
  return { store, end, ended, put, count: () => store.collection('Model').count() }
}

t.test('what cannot be committed ends the sink, though another one asked for the commit', async (t) => {
  const { store, end, ended, put, count } = await opened(t)
  await put(1)
  store.database.exec('ROLLBACK')
  await t.rejects(count(), 'who asks hears of it')
  const last = put(2)
  end.end()
  t.match(await ended, { message: /no transaction is active/ }, 'and the sink does')
  await last
  t.equal(await count(), 0, 'it takes nothing more: what comes behind the gap is not written')
})

t.test('what cannot be committed is said though the sink was aborted', async (t) => {
  const { store, end, ended, put, count } = await opened(t)
  await put(1)
  store.database.exec('ROLLBACK')
  const aborted = new DOMException('stopped at once', 'AbortError')
  end.destroy(aborted)
  t.match(await ended, { message: /no transaction is active/ })
  t.equal(await count(), 0)
  const clean = await opened(t)
  await clean.put(1)
  clean.end.destroy(aborted)
  t.equal(await clean.ended, aborted, 'otherwise it was the abort')
  t.equal(await clean.count(), 1, 'which keeps what was acknowledged')
})

t.test('a batch of another sink that fails ends each whose batches it has undone', async (t) => {
  const { store, end, ended, put, count } = await opened(t)
  await put(1)
  const other = sink(store, 'Model', {
    sharedTransactions: true,
    onSettled: () => {
      throw new Error('no checkpoint')
    },
  })
  const failed = new Promise<unknown>((resolve) => other.once('error', resolve))
  other.write([entry({ op: 'put', id: 2, value: 2 }, 1)])
  t.match(await failed, { message: 'no checkpoint' })
  end.end()
  t.match(await ended, { message: 'no checkpoint' })
  t.equal(await count(), 0)
})
