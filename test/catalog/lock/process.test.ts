import t from 'tap'
import { isDead, isGone, thisOwner } from '../../../lib/catalog/lock/process.ts'

const DAY = 86_400_000

t.test('a machine that went down has taken its processes with it', async (t) => {
  const restarted = { ...thisOwner(), boot: 'before' }
  t.ok(isGone(restarted, 0, 1))
  t.notOk(isDead(restarted), 'but for what several machines lock its name is no proof')
})

t.test('of another machine or container, silence for a day is', async (t) => {
  for (const other of [{ host: 'elsewhere' }, { pids: 'pid:[1]' }]) {
    const owner = { ...thisOwner(), ...other }
    t.notOk(isGone(owner, 0, DAY))
    t.ok(isGone(owner, 0, DAY + 1))
  }
  t.notOk(isGone(thisOwner(), 0, 100 * DAY), 'what can be looked at is looked at')
})
