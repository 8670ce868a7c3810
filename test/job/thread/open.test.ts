import t from 'tap'
import { decodersOf } from '../../../lib/job/restore/thread/pages.ts'
import { threadsFor } from '../../../lib/job/thread/open.ts'

const MIB = 1024 * 1024

t.test('no more threads are taken than fit into memory, not even of those that were asked for', async (t) => {
  t.equal(threadsFor('3', false), 3)
  t.equal(threadsFor('3', false, { bytes: 4096 * MIB }), 3)
  t.equal(threadsFor('1', true, { bytes: 200 * MIB }), 0)
  t.equal(threadsFor('3', true, { bytes: 512 * MIB }), 2)
  t.equal(threadsFor('0', true, { bytes: 4096 * MIB }), 0)
})

t.test('a restore leaves a processor to the thread that writes', async (t) => {
  for (const [allowed, processors, decoders] of [
    [2, 1, 1],
    [2, 2, 1],
    [2, 3, 2],
    [4, 8, 2],
    [1, 8, 1],
  ] as const)
    t.equal(decodersOf(allowed, processors), decoders, `${allowed} of ${processors}`)
})
