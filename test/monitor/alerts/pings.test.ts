// Dead man's switches: who hears of which run, and that nobody hears of a success that was not earned.
import t, { type Test } from 'tap'
import type { CommandEnd, HeartbeatRun } from '../../../lib/monitor/alerts/pings.ts'
import { pingsOf } from '../../../lib/monitor/alerts/pings.ts'
import { settingsOf, sinkContext } from './madeUp.ts'
import { type Receiver, receiver } from './sink/receiver.ts'

const run: HeartbeatRun = {
  ...{ run: '20260601T120000Z-abcdef', kind: 'backup', collection: 'Article', target: 't' },
  ...{ trigger: 'cron', dryRun: false },
}
const end: CommandEnd = { exitCode: 0, done: new Set([run.run]), seconds: 2 }
const LIMITS = { tryMs: 300, tries: 3, totalMs: 1500 }

async function pinged(
  t: Test,
  type: string,
  runs: readonly HeartbeatRun[],
  how: CommandEnd,
  more: object = {},
) {
  const server = await receiver(t)
  return { server, faults: await pingedAt(server, type, runs, how, more) }
}

async function pingedAt(
  { url }: Receiver,
  type: string,
  runs: readonly HeartbeatRun[],
  how: CommandEnd,
  more: object = {},
) {
  const settings = await settingsOf({ sinks: { it: { type, url: `${url}/hunter2`, ...more } } })
  const pings = pingsOf(settings, sinkContext().context, { limits: LIMITS })
  for (const one of runs) pings.started(one)
  return pings.ended(how)
}

const paths = ({ received }: Receiver) =>
  received.map(({ path }) => path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, 'UUID'))

t.test('healthchecks: start, then the exit code, with the run as rid', async (t) => {
  const { server, faults } = await pinged(t, 'healthchecks', [run], end)
  t.strictSame(paths(server), ['/hunter2/start?rid=UUID', '/hunter2/0?rid=UUID'])
  t.equal(new Set(server.received.map(({ path }) => path.split('=')[1])).size, 1)
  t.strictSame(faults, [])
  const failed = await pinged(t, 'healthchecks', [run], {
    ...end,
    exitCode: 13,
    done: new Set(),
    why: 'no answer',
  })
  t.equal(paths(failed.server)[1], '/hunter2/13?rid=UUID')
  t.equal(failed.server.received[1]!.body, 'elysiactl backup Article: no answer')
})

t.test('no success without all of it: a dry run, a run that was left, one of two that failed', async (t) => {
  const other = { ...run, run: '20260601T120001Z-abcdef', collection: 'Other' }
  const cases: readonly [readonly HeartbeatRun[], CommandEnd][] = [
    [[{ ...run, dryRun: true }], end],
    [[run], { ...end, done: new Set() }],
    [[run, other], end],
    [[run], { ...end, exitCode: 3 }],
    [[run], { ...end, exitCode: 143 }],
  ]
  for (const [runs, how] of cases) {
    const { server } = await pinged(t, 'healthchecks', runs, how)
    t.notMatch(paths(server).at(-1), /\/0\?/)
    const kuma = await pinged(t, 'uptime_kuma', runs, how)
    t.match(paths(kuma.server), [/status=down/])
    t.strictSame(paths((await pinged(t, 'ping', runs, how)).server), [])
  }
  const both = await pinged(t, 'ping', [run, other], { ...end, done: new Set([run.run, other.run]) })
  t.strictSame(paths(both.server), ['/hunter2'], 'once for the command')
})

t.test('uptime kuma: up with the time that it took', async (t) => {
  const { server } = await pinged(t, 'uptime_kuma', [run], end)
  t.match(paths(server), [/^\/hunter2\?status=up&msg=elysiactl\+backup\+Article%3A\+done&ping=2000$/])
})

t.test(
  'a switch hears only of the runs that it is of, and a command without such runs of none',
  async (t) => {
    const { server } = await pinged(t, 'ping', [run], end, { kinds: ['verify'] })
    t.strictSame(paths(server), [])
    t.strictSame(paths((await pinged(t, 'ping', [], end)).server), [])
    t.strictSame(
      paths((await pinged(t, 'ping', [run], end, { kinds: ['backup'], collections: ['Art*'] })).server),
      ['/hunter2'],
    )
  },
)

t.test('one that is away delays the end by its time at most, and is named without its address', async (t) => {
  const server = await receiver(t)
  server.behave('hang')
  const began = performance.now()
  const faults = await pingedAt(server, 'healthchecks', [run], end)
  t.ok(performance.now() - began < LIMITS.tryMs + LIMITS.totalMs + 1500)
  t.match(faults, [
    /it was not told that a run began/,
    /it was not told that a run ended: .*no answer within/,
  ])
  t.notMatch(faults.join(), /hunter2/)
  const nowhere = await settingsOf({ sinks: { it: { type: 'ping', url_env: 'NOWHERE' } } })
  const pings = pingsOf(nowhere, sinkContext().context)
  pings.started(run)
  t.match(await pings.ended(end), [/it was not told .*NOWHERE is not set/])
})
