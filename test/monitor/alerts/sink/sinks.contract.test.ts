// What every sink keeps to; one suite over all of them. Alertmanager itself takes part where the machine has it.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { HttpSetting, SinkSetting } from '../../../../lib/monitor/alerts/config/settings.ts'
import type { AlertMessage } from '../../../../lib/monitor/alerts/messageSchema.ts'
import { openSink } from '../../../../lib/monitor/alerts/sink/sinks.ts'
import { settingsOf, sinkContext } from '../madeUp.ts'
import { messageFor } from '../messages.ts'
import { alertmanager } from './alertmanager.ts'
import { type Receiver, receiver } from './receiver.ts'

const SECRET = '/services/T0/hunter2'
const HOSTILE = `<!channel> & "q" *b* [l](http://e) \`c\` | \u001b[31m \u0000 é 漢 ${'x'.repeat(3000)}`

interface Opened {
  readonly setting: SinkSetting
  readonly env?: Record<string, string>
  /** What it has taken, as it knows it. */
  taken(): Promise<unknown[]>
}

interface Member {
  readonly type: string
  open(t: Test): Promise<Opened>
}

const posted = (type: HttpSetting['type'], read: (body: unknown, of: Receiver) => unknown): Member => ({
  type,
  async open(t) {
    const server = await receiver(t)
    const url = `${server.url}${SECRET}`
    const { sinks } = await settingsOf({ sinks: { it: { type, url_env: 'HOOK' } } })
    return {
      setting: sinks[0]!,
      env: { HOOK: url },
      taken: async () => server.received.map(({ body }) => read(JSON.parse(body), server)),
    }
  },
})

const MEMBERS: readonly Member[] = [
  posted('webhook', (body) => (body as AlertMessage).summary),
  posted('slack', (body) => {
    const { text, attachments } = body as { text: string; attachments: object[] }
    t.equal(attachments.length, 1)
    t.notMatch(text.replaceAll(/&(amp|lt|gt);/g, ''), /[&<>]/)
    return text
      .replace(/^.*?: /, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&')
  }),
  posted('teams', (body) => {
    const { attachments } = body as { attachments: [{ content: { body: [{ text: string }] } }] }
    const { text } = attachments[0].content.body[0]
    return text.replace(/^.*?: /, '').replaceAll(/\\([\\`*_[\]<>#|])/g, '$1')
  }),
  posted('alertmanager', (body, { received }) => {
    t.equal(received[0]!.path, `${SECRET}/api/v2/alerts`)
    const [{ labels, annotations, startsAt, endsAt }] = body as [
      { labels: object; annotations: { summary: string }; startsAt: string; endsAt: string },
    ]
    t.match(labels, { alertname: 'elysiactl_failed', severity: 'fault', collection: 'Article' })
    t.ok(startsAt <= endsAt)
    return annotations.summary
  }),
  {
    type: 'command',
    async open(t) {
      const file = join(t.testdir(), 'taken')
      const program = `process.stdin.pipe(require('fs').createWriteStream(${JSON.stringify(file)}, {flags: 'a'}))`
      const { sinks } = await settingsOf(
        { sinks: { it: { type: 'command', argv: [process.execPath, '-e', program] } } },
        join(t.testdirName, 'c.yaml'),
      )
      return { setting: sinks[0]!, taken: async () => lines(file) }
    },
  },
  {
    type: 'file',
    async open(t) {
      const path = join(t.testdir(), 'alerts.jsonl')
      const { sinks } = await settingsOf({ sinks: { it: { type: 'file', path } } })
      return { setting: sinks[0]!, taken: async () => lines(path) }
    },
  },
]

function lines(path: string): unknown[] {
  const text = readFileSync(path, 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as AlertMessage).summary)
}

for (const { type, open } of MEMBERS) {
  t.test(`${type}: takes each message, whatever is in it, and shows no secret`, async (t) => {
    const { setting, env, taken } = await open(t)
    const { context } = sinkContext(env)
    const sink = await openSink(setting, [setting], context)
    t.equal(sink.name, 'it')
    t.notMatch(sink.place, /hunter2/)
    const messages = [messageFor('firing'), messageFor('repeated'), messageFor('resolved', HOSTILE)]
    for (const message of messages) {
      const answer = await sink.send(message, { signal: AbortSignal.timeout(30_000) })
      t.type(answer, 'string')
      t.notMatch(answer, /hunter2/)
    }
    t.strictSame(
      await taken(),
      messages.map(({ summary }) => summary),
    )
  })
}

t.test('command: a program that stays behind is not waited for', async (t) => {
  const program = `require('node:child_process').spawn('sleep', ['20'], { detached: true, stdio: 'inherit' }).unref()`
  const argv = [process.execPath, '-e', program]
  const { sinks } = await settingsOf(
    { sinks: { it: { type: 'command', argv } } },
    join(t.testdir(), 'c.yaml'),
  )
  const sink = await openSink(sinks[0]!, sinks, sinkContext().context)
  const begun = performance.now()
  t.equal(await sink.send(messageFor('firing'), { signal: AbortSignal.timeout(15_000) }), 'exit 0')
  t.ok(performance.now() - begun < 15_000)
})

t.test(
  'file: a pipe that nobody reads is a fault at once',
  { skip: !existsSync('/usr/bin/mkfifo') },
  async (t) => {
    const path = `${t.testdir()}/pipe`
    execFileSync('/usr/bin/mkfifo', [path])
    const { sinks } = await settingsOf({ sinks: { it: { type: 'file', path } } })
    const sink = await openSink(sinks[0]!, sinks, sinkContext().context)
    await t.rejects(sink.send(messageFor('firing'), { signal: AbortSignal.timeout(15_000) }), {
      code: 'ELYSIA_STATE',
    })
  },
)

t.test('stderr: a line for each, which names how grave it is', async (t) => {
  const { sinks } = await settingsOf({ sinks: { it: { type: 'stderr' } } })
  const { context, said } = sinkContext()
  const sink = await openSink(sinks[0]!, sinks, context)
  for (const status of ['firing', 'resolved'] as const)
    await sink.send(messageFor(status), { signal: AbortSignal.timeout(1000) })
  t.strictSame(said, ['alert: FAULT: backup of Article failed', 'alert: RESOLVED: backup of Article failed'])
})

const real = alertmanager()
t.test(
  'alertmanager itself: fires, holds for longer than five minutes, and is over when it is told so',
  { skip: real.skip },
  async (t) => {
    const server = await real.start(t)
    const { sinks } = await settingsOf({ sinks: { am: { type: 'alertmanager', url: server.url } } })
    const sink = await openSink(sinks[0]!, sinks, sinkContext().context)
    const now = Date.now()
    const fields = { since: new Date(now - 60_000).toISOString(), at: new Date(now).toISOString() }
    const signal = AbortSignal.timeout(30_000)
    await sink.send(
      {
        ...messageFor('firing', HOSTILE.replaceAll('\u0000', '')),
        ...fields,
        ends_at: new Date(now + 48 * 3_600_000).toISOString(),
      },
      { signal },
    )
    const [alert] = await server.alerts(1)
    t.match(alert, {
      labels: { alertname: 'elysiactl_failed', collection: 'Article' },
      status: { state: 'active' },
    })
    t.ok(Date.parse(alert!.endsAt) > now + 24 * 3_600_000)
    await sink.send({ ...messageFor('resolved'), ...fields, ends_at: new Date().toISOString() }, { signal })
    t.strictSame(await server.alerts(0), [])
  },
)
