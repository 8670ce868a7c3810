import t from 'tap'
import { closeAll, closingAfter } from '../../lib/async/closeAll.ts'

t.test('all is closed, in order, though one of them fails; the first failure is told', async (t) => {
  const closed: string[] = []
  const closer = (name: string, error?: Error) => async () => {
    closed.push(name)
    if (error !== undefined) throw error
  }
  const closers = [
    closer('a'),
    closer('b', new Error('first')),
    closer('c', new Error('second')),
    closer('d'),
  ]
  await t.rejects(closeAll(closers), { message: 'first' })
  t.same(closed, ['a', 'b', 'c', 'd'])
})

t.test('what work opened is closed after it, and its own failure counts for more', async (t) => {
  const closed: string[] = []
  const closers: (() => unknown)[] = []
  const open = (name: string) =>
    closers.push(() => {
      closed.push(name)
      throw new Error(`${name} stays open`)
    })
  const work = (fails: boolean) => async () => {
    open('a')
    open('b')
    if (fails) throw new Error('work')
    return 7
  }
  await t.rejects(closingAfter(closers, work(true)), { message: 'work' })
  t.same(closed, ['a', 'b'])
  closers.length = 0
  await t.rejects(closingAfter(closers, work(false)), { message: 'a stays open' })
  t.same(closed, ['a', 'b', 'a', 'b'])
  t.equal(await closingAfter([() => closed.push('c')], async () => 7), 7)
})
