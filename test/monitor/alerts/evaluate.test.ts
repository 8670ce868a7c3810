// From a history to messages that somebody has: over real sockets.
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openDatabase } from '../../../lib/database/connection.ts'
import { LIMITS, type Limits } from '../../../lib/monitor/alerts/deliver.ts'
import { type EvaluateOptions, evaluate } from '../../../lib/monitor/alerts/evaluate.ts'
import type { HistoryEntry } from '../../../lib/monitor/history/entry.ts'
import { readerOf, runAt, settingsOf, sinkContext } from './madeUp.ts'
import { type Receiver, receiver } from './sink/receiver.ts'

const SHORT: Limits = { tryMs: 300, tries: 3, totalMs: 1500 }

async function opened(t: Test, servers: readonly Receiver[], alerts: object = {}) {
  const sinks = Object.fromEntries(
    servers.map(({ url }, at) => [`s${at}`, { type: 'webhook', url: `${url}/hunter2` }]),
  )
  const settings = await settingsOf({ rules: [{ when: 'failed' }], sinks, ...alerts })
  const { context, said } = sinkContext()
  const file = join(t.testdir(), 'alerts.db')
  const run = (runs: readonly HistoryEntry[], more: Partial<EvaluateOptions> = {}) =>
    evaluate({ settings, file, reader: readerOf(runs), sinks: context, limits: SHORT, ...more })
  return { run, said, file }
}

const statuses = ({ received }: Receiver) =>
  received.map(({ body }) => (JSON.parse(body) as { status: string }).status)
const failed = runAt(Date.now() - 1000, {
  status: 'failed',
  error: { code: 'ELYSIA_STORE', message: 'full' },
})
const good = runAt(Date.now())

t.test('a failure is one message, its end another; eight that look at once send no more', async (t) => {
  const server = await receiver(t)
  const { run } = await opened(t, [server])
  const began = performance.now()
  // A short try that times out on a busy machine is made again, and both arrive.
  const limits = { limits: LIMITS }
  await Promise.all(Array.from({ length: 8 }, () => run([failed], limits)))
  t.strictSame(statuses(server), ['firing'])
  t.ok(server.received[0]!.at - began < 2000, 'within two seconds')
  t.match(JSON.parse(server.received[0]!.body), {
    message_type: 'alert',
    alert: 'failed',
    severity: 'fault',
    collection: 'Article',
    run: failed.id,
    error: { code: 'ELYSIA_STORE', message: 'full' },
    next: `elysiactl runs show ${failed.id}`,
  })
  t.match((await run([failed])).alerts, [{ rule: 'failed', state: { phase: 'firing', episode: 1 } }])
  await Promise.all(Array.from({ length: 8 }, () => run([failed, good], limits)))
  t.strictSame(statuses(server), ['firing', 'resolved'])
  t.strictSame((await run([failed, good])).alerts, [])
})

t.test('one that fails twice is tried a third time; one that asks for a wait is given it', async (t) => {
  const server = await receiver(t)
  server.behave('reset', { status: 500 }, { status: 200 })
  const { run } = await opened(t, [server])
  const { deliveries } = await run([failed], { limits: { ...SHORT, totalMs: 20_000 } })
  t.match(deliveries, [{ sink: 's0', sent: 1 }])
  t.strictSame(statuses(server), ['firing', 'firing', 'firing'])
  server.behave({ status: 429, headers: { 'retry-after': '2' } }, { status: 200 })
  const { deliveries: after } = await run([failed, good], { limits: { ...SHORT, totalMs: 20_000 } })
  t.match(after, [{ sent: 1 }])
  const [first, second] = server.received.slice(3)
  t.ok(second!.at - first!.at >= 1900, 'not before two seconds')
})

t.test(
  'a dead sink delays the end by no more than its time, and others not at all; the next command sends it',
  async (t) => {
    const [dead, alive] = [await receiver(t), await receiver(t)]
    dead.behave('hang')
    const { run } = await opened(t, [dead, alive])
    const began = performance.now()
    const { undelivered, deliveries } = await run([failed])
    const took = performance.now() - began
    t.ok(took < SHORT.totalMs + 1500, `${took} ms`)
    t.ok(alive.received[0]!.at - began < 1000)
    t.match(undelivered, [
      { sink: 's0', messages: 1, error: /http:\/\/127\.0\.0\.1:\d+\/\*\*\*: no answer within/ },
    ])
    t.notMatch(JSON.stringify({ undelivered, deliveries }), /hunter2/)
    dead.behave({ status: 200 })
    t.match((await run([failed])).undelivered, [])
    t.equal(alive.received.length, 1)
    t.equal(statuses(dead).at(-1), 'firing')
  },
)

t.test('a wait that is longer than the command has is not waited for; 400 is tried once', async (t) => {
  const server = await receiver(t)
  const { run } = await opened(t, [server])
  server.behave({ status: 429, headers: { 'retry-after': '3000' } })
  const began = performance.now()
  t.match((await run([failed])).undelivered, [{ messages: 1 }])
  t.ok(performance.now() - began < SHORT.totalMs)
  t.equal(server.received.length, 1)
  t.match((await run([failed])).deliveries, [], 'it asked for peace')
  const other = await receiver(t)
  other.behave({ status: 400 })
  const { run: runOther } = await opened(t, [other])
  t.match((await runOther([failed])).undelivered, [{ error: /answered 400/ }])
  t.equal(other.received.length, 1)
})

t.test('two ends of a queue: what another process makes while one sends is sent by it', async (t) => {
  const server = await receiver(t)
  server.behave('hang', { status: 200 })
  const { run } = await opened(t, [server])
  const patient = { limits: { ...SHORT, totalMs: 20_000 } }
  const slow = run([failed], patient)
  await server.until(1)
  await run([failed, good], patient)
  await slow
  t.strictSame(statuses(server), ['firing', 'firing', 'resolved'])
})

t.test('a signal ends it at once, and the message stays', async (t) => {
  const server = await receiver(t)
  server.behave('hang')
  const { run } = await opened(t, [server])
  const ended = new AbortController()
  const running = run([failed], {
    signal: ended.signal,
    limits: { tryMs: 60_000, tries: 3, totalMs: 60_000 },
  })
  await server.until(1)
  ended.abort(new Error('enough'))
  t.match((await running).undelivered, [{ messages: 1 }])
  server.behave({ status: 200 })
  t.match((await run([failed])).undelivered, [])
})

t.test('a file that cannot be written to: it is sent, and that is said', async (t) => {
  const server = await receiver(t)
  const { run, said, file } = await opened(t, [server])
  await run([])
  const database = openDatabase(file)
  // As a full disk does, it takes no row; who runs the tests may be somebody who may write everywhere.
  database.exec(
    `DROP TABLE alert; CREATE TABLE alert (key TEXT PRIMARY KEY, rule TEXT CHECK (rule = ''), as_of INTEGER, state TEXT)`,
  )
  database.close()
  t.match((await run([failed])).deliveries, [{ sent: 1 }])
  t.match(said, [/alerts are sent, but not remembered/])
})

t.test('a run that the history could not take is told, not remembered, and resolves nothing', async (t) => {
  const server = await receiver(t)
  const { run } = await opened(t, [server])
  const other = { ...failed, id: 'other', collection: 'Other' }
  await run([failed])
  const apart = await run([other], { isApart: true })
  t.match(apart.made, [{ status: 'firing', collection: 'Other' }])
  t.strictSame(statuses(server), ['firing', 'firing'])
  t.match((await run([failed])).alerts, [{ state: { finding: { subject: { collection: 'Article' } } } }])
  t.equal(server.received.length, 2)
})
