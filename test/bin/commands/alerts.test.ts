// Alerts as a user has them: what a webhook hears of runs that fail, are killed, and go well again.
import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { AlertMessage } from '../../../lib/monitor/alerts/messageSchema.ts'
import { openHistory } from '../../../lib/monitor/history/history.ts'
import { type Receiver, receiver } from '../../monitor/alerts/sink/receiver.ts'
import { adds, type Home, home } from '../elysiactl.ts'

const INGEST = ['index', 'process-jsonl', 'changes.jsonl', '--collection', 'Article']
const BACKUP = ['col', 'backup', 'Article', '--quiet', '--to']
const KILLED = ['env', 'ELYSIACTL_TEST=1', 'ELYSIACTL_FAILPOINT=backup.before-seal']

async function watched(t: Test, sinks: (server: Receiver) => object, files: object = {}) {
  const server = await receiver(t)
  const config = { elysiactl: { 'config.json': JSON.stringify({ alerts: { sinks: sinks(server) } }) } }
  const at = home(
    t,
    { 'changes.jsonl': adds(3), config, ...files },
    {
      OPS: `${server.url}/hunter2`,
      // What a user mistyped is told to nobody.
      ELYSIACTL_TRIGGER: 'cron',
    },
  )
  return { server, at }
}

const ops = () => ({ ops: { type: 'webhook', url_env: 'OPS' } })

const told = ({ received }: Receiver) =>
  received
    .map(({ body }) => JSON.parse(body) as AlertMessage)
    .map(({ status, summary }) => `${status}: ${summary}`)

async function fails(at: Home, words: readonly string[], code: number): Promise<string> {
  const ended = await at.run(words)
  if (ended.code !== code) throw new Error(`exit ${ended.code}: ${ended.stderr}`)
  return ended.stderr
}

t.test(
  'a backup that is killed is told by the next command, once, and the next good one that it is over',
  async (t) => {
    const { server, at } = await watched(t, ops)
    await fails(at, INGEST, 0)
    const { code } = await at.start([...BACKUP, 'a'], KILLED).ended
    t.equal(code, null, 'it was killed')
    t.strictSame(told(server), [])
    await fails(at, ['runs', 'list'], 0)
    t.match(told(server), [/^firing: backup of Article \(sqlite:.*\): was killed: its process disappeared$/])
    await Promise.all([1, 2].map(() => fails(at, ['alerts', 'check'], 3)))
    t.equal(server.received.length, 1)
    await fails(at, [...BACKUP, 'b'], 0)
    t.match(told(server)[1], /^resolved: well again\. Before: backup of Article/)
    t.match(await fails(at, ['alerts', 'check'], 0), /no alert rule finds anything wrong/)
    t.equal(server.received.length, 2)
  },
)

t.test(
  'a failure is told within two seconds of it, a kept one by the next command, and no output has the address',
  async (t) => {
    const { server, at } = await watched(t, ops)
    server.behave('reset')
    const stderr = await fails(at, ['col', 'backup', 'Nope', '--to', 'a'], 10)
    t.match(
      stderr,
      /warning: ops did not accept an alert, and the next command tries again: http:\/\/127\.0\.0\.1:\d+\/\*\*\*/,
    )
    t.notMatch(stderr, /hunter2/)
    const [first] = server.received
    const took = first!.time - Date.parse((JSON.parse(first!.body) as AlertMessage).since)
    t.ok(took >= 0 && took < 2000, `${took} ms`)
    t.equal(server.received.length, 3)
    const check = await at.run(['alerts', 'check', '--json'])
    t.match(JSON.parse(check.stdout), {
      undelivered: [{ sink: 'ops', messages: 1 }],
      alerts: [{ alert: 'failed', status: 'firing' }],
    })
    server.behave({ status: 200 })
    await fails(at, ['col', 'backup', 'Other', '--to', 'a'], 10)
    t.match(JSON.parse((await at.run(['alerts', 'check', '--json'])).stdout), { alerts: [{}, {}] })
    for (const name of ['alerts.db', 'history.db'])
      t.notMatch(readFileSync(join(at.directory, 'state', 'elysiactl', name)), /hunter2/)
  },
)

t.test('a sink that never answers delays the end by no more than 20 s', async (t) => {
  const { server, at } = await watched(t, ops)
  await fails(at, INGEST, 0)
  server.behave('hang')
  const began = performance.now()
  t.match(await fails(at, ['col', 'backup', 'Nope', '--to', 'a'], 10), /no answer within 5 s/)
  const seconds = (performance.now() - began) / 1000
  t.ok(seconds > 14 && seconds < 22, `${seconds} s, the command itself included`)
  t.equal(server.received.length, 3)
})

t.test('a switch hears of a run that failed before it began, and of no success that was none', async (t) => {
  const { server, at } = await watched(t, ({ url }) => ({
    hc: { type: 'healthchecks', url: `${url}/check`, kinds: ['backup'] },
  }))
  const paths = () => server.received.map(({ path }) => path.replace(/\?.*/, ''))
  await fails(at, INGEST, 0)
  await fails(at, [...BACKUP, 'dry', '--dry-run'], 0)
  t.strictSame(paths(), [])
  await fails(at, ['col', 'backup', 'Nope', '--to', 'a'], 10)
  t.strictSame(paths(), ['/check/10'])
  await fails(at, [...BACKUP, 'a'], 0)
  t.strictSame(paths(), ['/check/10', '/check/start', '/check/0'])
})

t.test('a mistake in the alerts ends a job before it begins, with its place; others go on', async (t) => {
  const config = {
    elysiactl: { 'config.yaml': 'alerts:\n  sinks:\n    ops: {type: webhok, url: "http://hunter2"}\n' },
  }
  const at = home(t, { 'changes.jsonl': adds(1), config })
  const stderr = await fails(at, INGEST, 2)
  t.match(stderr, /config\.yaml:3:11: alerts\.sinks\.ops\.type has to be one of webhook/)
  t.notMatch(stderr, /hunter2/)
  await fails(at, ['col', 'ls'], 0)
  await fails(at, ['runs', 'list'], 0)
  const { stderr: none } = await home(t).run(['alerts', 'check'])
  t.match(none, /no alerts are configured.*\n.*docs\/monitoring\.md/)
})

t.test('alerts test: what each sink answered, and the exit code where one did not take it', async (t) => {
  const { server, at } = await watched(t, ({ url }) => ({
    ...ops(),
    gone: { type: 'slack', url: `${url}/hunter3` },
    log: { type: 'file', path: '../alerts.jsonl' },
  }))
  server.behave({ status: 200, body: 'thanks' })
  const { code, stdout } = await at.run(['alerts', 'test'])
  t.equal(code, 0)
  t.match(stdout, /ops +webhook +http:\/\/127\.0\.0\.1:\d+\/\*\*\* +yes +200 thanks\n/)
  server.behave({ status: 404 })
  const failed = await at.run(['alerts', 'test', 'gone', 'log', '--json'])
  t.equal(failed.code, 1)
  t.match(JSON.parse(failed.stdout), {
    sinks: [
      { sink: 'gone', ok: false, answer: /answered 404/ },
      { sink: 'log', ok: true },
    ],
  })
  t.notMatch(failed.stdout + failed.stderr + stdout, /hunter/)
  t.match(await fails(at, ['alerts', 'test', 'op'], 2), /there is no sink op\n.*did you mean ops\?/)
})

t.test(
  'what was missed and what is damaged is found by alerts check, the dashboard and auto, though nothing ran',
  async (t) => {
    const config = (server: Receiver) => ({
      alerts: { sinks: { ops: { type: 'webhook', url: `${server.url}/x` } } },
      expect: { Article: { every: '1d' } },
      auto: [{ cleanup: { every: '1d', options: { keep_last: 99 } } }],
    })
    const server = await receiver(t)
    const at = home(t, {
      'changes.jsonl': adds(3),
      config: { elysiactl: { 'config.json': JSON.stringify(config(server)) } },
    })
    t.match(await fails(at, INGEST, 0), /others may read .*config.json, .* address of the sink ops/)
    chmodSync(join(at.directory, 'config', 'elysiactl', 'config.json'), 0o600)
    t.equal(await fails(at, ['alerts', 'check'], 3), '')
    t.match(told(server), [/^firing: backup of Article: missed\./])
    await fails(at, [...BACKUP, 'a'], 0)
    const dashboard = at.start(['dashboard'])
    await server.until(2)
    dashboard.child.kill('SIGTERM')
    await dashboard.ended
    t.match(told(server)[1], /^resolved: well again\. Before: backup of Article: missed/)
    await fails(at, ['auto', '--once'], 0)
    t.equal(server.received.length, 2)
  },
)

t.test(
  'report --send: to all that take alerts, and a failure where one does not; runs list says what waits',
  async (t) => {
    const { server, at } = await watched(t, ops)
    await fails(at, INGEST, 0)
    t.match(await fails(at, ['report', '--send'], 0), /sent to ops/)
    t.match(JSON.parse(server.received[0]!.body), {
      status: 'report',
      summary: /^in 30 days 1 run was done, 0 failed/,
      lines: [/Article was never backed up/],
    })
    server.behave({ status: 500 })
    await fails(at, ['report', '--send', '--since', '7d', '--quiet'], 1)
    t.match(await fails(at, ['runs', 'list'], 0), /1 alert message not delivered/)
    server.behave({ status: 200 })
    const { stdout } = await at.run(['report', '--json'])
    t.match(JSON.parse(stdout), { undelivered: 1 })
    await fails(home(t), ['report', '--send'], 2)
  },
)

t.test('what is missed is told at the end of any job, with no command that looks for it', async (t) => {
  const expect = { Orders: { every: '24h' } }
  const server = await receiver(t)
  const config = { elysiactl: { 'config.json': JSON.stringify({ alerts: { sinks: ops() }, expect }) } }
  const at = home(t, { 'changes.jsonl': adds(3), config }, { OPS: `${server.url}/hunter2` })
  await fails(at, INGEST, 0)
  t.match(told(server), [/^firing: backup of Orders: missed\. It was due .* never succeeded$/])
  await fails(at, INGEST, 0)
  t.equal(server.received.length, 1, 'once')
  const orders = INGEST.map((word) => (word === 'Article' ? 'Orders' : word))
  await fails(at, orders, 0)
  await fails(at, ['col', 'backup', 'Orders', '--quiet', '--to', 'orders'], 0)
  t.match(told(server)[1], /^resolved: .*backup of Orders/)
})

t.test('a run that is slower than its like is told at its own end', async (t) => {
  const server = await receiver(t)
  const alerts = { sinks: ops(), rules: [{ when: 'throughput', down: '30%' }] }
  const config = { elysiactl: { 'config.json': JSON.stringify({ alerts }) } }
  const at = home(t, { 'changes.jsonl': adds(3), config }, { OPS: `${server.url}/hunter2` })
  await fails(at, INGEST, 0)
  const history = openHistory(join(at.directory, 'state', 'elysiactl', 'history.db'))
  const [first] = history.list()
  for (let run = 1; run <= 20; run += 1) {
    const started_at = new Date(Date.parse(first!.started_at) - run * 3_600_000).toISOString()
    history.put({ ...first!, id: `before-${run}`, started_at, rate_per_second: 1e9 + run })
  }
  history.close()
  await fails(at, INGEST, 0)
  t.match(told(server), [/^firing: ingest of Article \(sqlite:.*\): \d+ % slower than similar runs/])
})
