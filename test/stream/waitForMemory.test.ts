import { Readable } from 'node:stream'
import t from 'tap'
import { waitForMemory } from '../../lib/stream/waitForMemory.ts'

t.test(
  'each comes as soon as there is room, in order; without anybody to ask there is no stage',
  async (t) => {
    t.same(waitForMemory(undefined), [])
    let asked = 0
    const pass = async () => {
      asked += 1
    }
    const [stage] = waitForMemory({ pass })
    t.same(await Readable.from([1, 2, 3]).pipe(stage!).toArray(), [1, 2, 3])
    t.equal(asked, 3)
  },
)

t.test('an error of whoever is asked ends the stream', async (t) => {
  const [stage] = waitForMemory({ pass: () => Promise.reject(new Error('none')) })
  await t.rejects(Readable.from([1]).pipe(stage!).toArray(), { message: 'none' })
})
