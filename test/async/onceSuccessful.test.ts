import t from 'tap'
import { onceSuccessful } from '../../lib/async/onceSuccessful.ts'

t.test('what has failed is tried again, and what has succeeded is not', async (t) => {
  let calls = 0
  const count = onceSuccessful(async () => {
    calls += 1
    if (calls === 1) throw new Error('not yet')
    return calls
  })
  await t.rejects(count(), { message: 'not yet' })
  t.strictSame(await Promise.all([count(), count()]), [2, 2])
  t.equal(await count(), 2)
})
