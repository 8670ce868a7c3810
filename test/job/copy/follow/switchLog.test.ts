import { existsSync } from 'node:fs'
import t from 'tap'
import { SwitchLog } from '../../../../lib/job/copy/follow/switchLog.ts'
import { runDirectory } from '../../../../lib/job/restore/runDirectory.ts'
import { openState } from '../../../../lib/run/state.ts'
import { directory } from '../../targets.ts'
import { titled } from './used.ts'

const [ONE, TWO] = [titled(1, ''), titled(2, '')]
const OTHER = { ...ONE, tenant: 'other' }
const WROTE = { digest: 'a digest' }

t.test('what a copy brought and carried over is known to the process that goes on', async (t) => {
  const state = openState(undefined, directory(t))
  t.teardown(() => state.close())
  const open = () => SwitchLog.open(state, 'run', 'http://somewhere')
  const first = open()
  first.bring(ONE)
  t.ok(first.isBrought(ONE))
  t.notOk(first.isBrought(OTHER), 'an id is that of one tenant')
  first.carry(TWO, WROTE)
  first.bring(OTHER)
  t.ok(first.stay(ONE))
  first.close()
  const second = open()
  t.ok(second.isBrought(OTHER))
  t.notOk(second.stay(ONE), 'counted once')
  t.strictSame(second.carried(TWO), { wrote: WROTE, acknowledged: false })
  second.acknowledge([TWO])
  t.match(second.carried(TWO), { acknowledged: true })
  second.removed([ONE, TWO])
  t.notOk(second.isBrought(ONE))
  t.equal(second.carried(TWO), undefined)
  second.clear()
  t.notOk(second.isBrought(OTHER))
  second.remove()
  t.notOk(existsSync(runDirectory(state, 'run')))
})

t.test('without a state it lasts as long as the process', async (t) => {
  const log = SwitchLog.open(undefined, 'run', 'http://somewhere')
  log.bring(ONE)
  log.makeDurable()
  t.ok(log.isBrought(ONE))
  log.remove()
})
