// Messages hold their schema; what is remembered can be read; a test and a report go through the sinks.
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import t from 'tap'
import { evaluate } from '../../../lib/monitor/alerts/evaluate.ts'
import { headline, messageOf, reportMessage, testMessage } from '../../../lib/monitor/alerts/message.ts'
import { AlertMessageSchema } from '../../../lib/monitor/alerts/messageSchema.ts'
import { sendReport } from '../../../lib/monitor/alerts/sendReport.ts'
import { readStoredAlerts, undeliveredCount } from '../../../lib/monitor/alerts/storedAlerts.ts'
import { testSinks } from '../../../lib/monitor/alerts/testSinks.ts'
import { HOUR, NOON, readerOf, reportOf, runAt, settingsOf, sinkContext } from './madeUp.ts'
import { receiver } from './sink/receiver.ts'

const isMessage = new Ajv2020({ strict: false }).compile({
  ...AlertMessageSchema,
  additionalProperties: false,
})
const SHORT = { tryMs: 300, tries: 3, totalMs: 1500 }
const item = (severity: 'fault' | 'warning', message: string) => ({
  severity,
  what: 'x',
  collection: '',
  target: '',
  message,
})

t.test('each message is as `format schema alert` says, and has a line for a person', async (t) => {
  const { rules } = await settingsOf({ rules: [{ when: 'failed' }], sinks: { e: { type: 'stderr' } } })
  const finding = {
    ...{ rule: 'failed', subject: { kind: 'backup', collection: 'A', target: 't' }, detail: '' },
    ...{ summary: 'x'.repeat(5000), run: 'r', next: 'n', error: { code: 'c', message: 'm' } },
  }
  const state = { phase: 'firing', since: NOON, episode: 1, begins: [NOON], repeats: 0, finding } as const
  for (const told of ['firing', 'repeated', 'resolved', 'lapsed'] as const) {
    const message = messageOf(told, state, rules[0]!, { id: 'i', now: NOON, flapping: true })
    t.ok(isMessage(message), JSON.stringify(isMessage.errors))
    t.ok(headline(message).length < 2200, 'it is cut')
    t.equal(
      message.ends_at,
      new Date(told === 'firing' || told === 'repeated' ? NOON + 48 * HOUR : NOON).toISOString(),
    )
  }
  const test = testMessage('i', NOON)
  t.ok(isMessage(test), JSON.stringify(isMessage.errors))
  t.match(headline(test), /^TEST: /)
})

t.test('a report is what was done, and no more lines than can be read', async (t) => {
  const items = [item('fault', 'f'), ...Array.from({ length: 30 }, (_, at) => item('warning', `w${at}`))]
  const message = reportMessage(reportOf({ needs_attention: items }), 'i', NOON)
  t.ok(isMessage(message), JSON.stringify(isMessage.errors))
  t.match(message, {
    severity: 'fault',
    summary: 'in 30 days 0 runs were done, 0 failed, 0 had rejects; 31 things need attention',
  })
  t.equal(message.lines!.length, 21)
  t.match(reportMessage(reportOf(), 'i', NOON).summary, /nothing needs attention$/)
})

t.test('what is remembered can be read without making or sending anything', async (t) => {
  const directory = t.testdir({ 'damaged.db': 'x'.repeat(5000) })
  const nothing = { alerts: [], undelivered: [] }
  t.strictSame(readStoredAlerts(join(directory, 'none.db')), nothing)
  t.strictSame(readStoredAlerts(join(directory, 'damaged.db')), nothing)
  const file = join(directory, 'alerts.db')
  const settings = await settingsOf({
    rules: [{ when: 'failed' }],
    sinks: { a: { type: 'webhook', url_env: 'NOWHERE' } },
  })
  const reader = readerOf([runAt(Date.now(), { status: 'failed' })])
  await evaluate({ settings, file, reader, sinks: sinkContext().context, limits: SHORT })
  t.match(readStoredAlerts(file), {
    alerts: [{ alert: 'failed', status: 'firing', collection: 'Article' }],
    undelivered: [{ sink: 'a', error: /NOWHERE is not set/ }],
  })
  t.equal(undeliveredCount(file), 1)
})

t.test('a report goes to those who can read it; a newer one takes the place of one that waits', async (t) => {
  const server = await receiver(t)
  const sinks = {
    ops: { type: 'slack', url: `${server.url}/ops` },
    am: { type: 'alertmanager', url: `${server.url}/am` },
    hc: { type: 'healthchecks', url: `${server.url}/hc` },
  }
  const settings = await settingsOf({ sinks })
  const file = join(t.testdir(), 'alerts.db')
  const send = () =>
    sendReport({
      settings,
      file,
      report: reportOf({ needs_attention: [item('fault', '<b>')] }),
      sinks: sinkContext().context,
      limits: SHORT,
    })
  server.behave({ status: 404 })
  t.match(await send(), { waiting: ['ops'], deliveries: [{ sink: 'ops', sent: 0 }] })
  server.behave({ status: 200 })
  t.match(await send(), { waiting: [], deliveries: [{ sink: 'ops', sent: 1 }] })
  t.strictSame(new Set(server.received.map(({ path }) => path)), new Set(['/ops']))
  t.match(server.received.at(-1)!.body, /fault: &lt;b&gt;/)
  await t.rejects(
    sendReport({
      settings: await settingsOf({ sinks: { am: sinks.am } }),
      file,
      report: reportOf(),
      sinks: sinkContext().context,
    }),
    { code: 'ELYSIA_USAGE' },
  )
})

t.test('a test is one message for each sink, and none for a switch', async (t) => {
  const server = await receiver(t)
  const sinks = {
    ops: { type: 'teams', url: server.url },
    hc: { type: 'ping', url: server.url },
    lost: { type: 'webhook', url_env: 'NO' },
  }
  const settings = await settingsOf({ sinks })
  t.match(await testSinks(settings, settings.sinks, sinkContext().context), [
    { sink: 'ops', ok: true, answer: '200 ok' },
    { sink: 'hc', ok: true, answer: /^not called/ },
    { sink: 'lost', ok: false, answer: /NO is not set/, hint: /set NO/ },
  ])
  t.equal(server.received.length, 1)
})
