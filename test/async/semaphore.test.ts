import t from 'tap'
import { Semaphore } from '../../lib/async/semaphore.ts'

t.test('no more places are held than there are, and who came first gets the next one', async (t) => {
  const counts: number[] = []
  const semaphore = new Semaphore(2, (held) => counts.push(held))
  const order: string[] = []
  const [first] = await Promise.all([semaphore.take(), semaphore.take()])
  const third = semaphore.take().then((release) => {
    order.push('third')
    return release
  })
  const fourth = semaphore.take().then((release) => {
    order.push('fourth')
    return release
  })
  await new Promise((resolve) => setImmediate(resolve))
  t.strictSame(order, [], 'both wait')
  first()
  first()
  const release = await third
  await new Promise((resolve) => setImmediate(resolve))
  t.strictSame(order, ['third'], 'a place that is given back twice is one place')
  release()
  await fourth
  t.strictSame(order, ['third', 'fourth'])
  t.strictSame(counts, [1, 2], 'the places stay held as they pass on')
})
