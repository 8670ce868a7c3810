import { existsSync } from 'node:fs'
import t from 'tap'
import { SwitchPrecedence } from '../../../../lib/job/copy/follow/switching.ts'
import { SwitchLog } from '../../../../lib/job/copy/follow/switchLog.ts'
import { runDirectory } from '../../../../lib/job/restore/runDirectory.ts'
import { Traces } from '../../../../lib/job/undo/traces.ts'
import { openState } from '../../../../lib/run/state.ts'
import { THING } from '../../backup/archived.ts'
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
  t.ok(first.isFromSource(ONE))
  t.notOk(first.isFromSource(OTHER), 'an id is that of one tenant')
  first.carry(TWO, WROTE)
  first.bring(OTHER)
  t.ok(first.stay(ONE))
  first.close()
  const second = open()
  t.ok(second.isFromSource(OTHER))
  t.notOk(second.stay(ONE), 'counted once')
  t.strictSame(second.carried(TWO), { wrotes: [WROTE], acknowledged: false, linked: false })
  second.acknowledge([TWO])
  second.link([TWO])
  t.match(second.carried(TWO), { acknowledged: true, linked: true })
  second.removed([ONE, TWO])
  t.notOk(second.isFromSource(ONE))
  t.equal(second.carried(TWO), undefined)
  second.clear()
  t.notOk(second.isFromSource(OTHER))
  second.close()
  t.ok(existsSync(runDirectory(state, 'run')))
  SwitchLog.forget(state, 'run')
  t.notOk(existsSync(runDirectory(state, 'run')))
})

t.test('without a state it lasts as long as the process', async (t) => {
  const log = SwitchLog.open(undefined, 'run', 'http://somewhere')
  log.bring(ONE)
  log.makeDurable()
  t.ok(log.isFromSource(ONE))
  log.close()
  SwitchLog.forget(undefined, 'run')
})

t.test('of an object that is carried over again, it is known what was sent before', async (t) => {
  const log = SwitchLog.open(undefined, 'run', 'http://somewhere')
  t.teardown(() => log.close())
  const wrote = (n: number) => ({ digest: `digest ${n}` })
  log.carry(ONE, wrote(0))
  log.acknowledge([ONE])
  log.link([ONE])
  log.carry(ONE, wrote(1))
  t.strictSame(log.carried(ONE), { wrotes: [wrote(0), wrote(1)], acknowledged: true, linked: false })
  for (let times = 0; times < 30; times++) log.carry(ONE, wrote(1))
  t.strictSame(log.carried(ONE)?.wrotes, [wrote(0), wrote(1)], 'a repeated state pushes no other out')
  for (let n = 2; n < 30; n++) log.carry(ONE, wrote(n))
  t.equal(log.carried(ONE)?.wrotes.length, 16)
  t.strictSame(log.carried(ONE)?.wrotes.at(-1), wrote(29))
})

t.test('of more states than are kept, the one that the target has is not forgotten', async (t) => {
  const log = SwitchLog.open(undefined, 'run', 'http://somewhere')
  t.teardown(() => log.close())
  const traces = new Traces('memory', THING)
  const sentMs = 1_000_000
  const times = { copiedMs: 0, switchedMs: sentMs - 1, skewMs: 0 }
  const precedence = new SwitchPrecedence(times, log)
  const split = (n: number) => {
    const object = { ...titled(1, `state ${n}`), updatedMs: sentMs - 10 }
    return { source: object, expected: object, object, links: [] }
  }
  // The first state arrived; all calls after it have failed, and the source has changed again each time.
  const there = { ...split(0).expected, updatedMs: sentMs }
  precedence.ofTarget(split(0), { ...there, updatedMs: 0 }, traces)
  for (let n = 1; n < 40; n++)
    t.notOk(precedence.ofTarget(split(n), there, traces), `state ${n} is sent over the copy's own`)
  t.equal(log.carried(ONE)?.wrotes.length, 16)
  const other = { ...titled(1, 'through the alias'), updatedMs: sentMs }
  t.ok(precedence.ofTarget(split(40), other, traces), 'what others wrote stays')
})
