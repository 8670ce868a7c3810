import t from 'tap'
import {
  isLimited,
  limitProcess,
  noteGarbage,
  roomBytes,
  scaledToMemory,
} from '../../../lib/core/memory/limits.ts'

t.test('without a limit buffers have their usual size, and nothing is weighed', async (t) => {
  t.equal(isLimited(), false)
  t.equal(scaledToMemory(1000), 1000)
})

t.test('the tightest limit decides, and each hears what passes until it is lifted', async (t) => {
  const heard: string[] = []
  const limit = (name: string, scale: number) =>
    limitProcess({ scale, roomBytes: 1000 * scale, passed: (bytes) => heard.push(`${name} ${bytes}`) })
  const lifts = [limit('wide', 0.5), limit('narrow', 0.1)]
  t.equal(isLimited(), true)
  t.equal(scaledToMemory(1000), 100)
  t.equal(scaledToMemory(1), 1, 'never nothing')
  t.equal(roomBytes(), 100)
  noteGarbage(7)
  t.strictSame(heard, ['wide 7', 'narrow 7'])
  lifts[1]!()
  t.equal(scaledToMemory(1000), 500)
  lifts[0]!()
  t.equal(isLimited(), false)
  noteGarbage(8)
  t.equal(heard.length, 2)
})
