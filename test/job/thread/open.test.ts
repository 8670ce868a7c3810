import t from 'tap'
import { threadsFor } from '../../../lib/job/thread/open.ts'

const MIB = 1024 * 1024

t.test('no more threads are taken than fit into memory, not even of those that were asked for', async (t) => {
  t.equal(threadsFor('3', false), 3)
  t.equal(threadsFor('3', false, { bytes: 4096 * MIB }), 3)
  t.equal(threadsFor('1', true, { bytes: 200 * MIB }), 0)
  t.equal(threadsFor('3', true, { bytes: 512 * MIB }), 2)
  t.equal(threadsFor('0', true, { bytes: 4096 * MIB }), 0)
})
