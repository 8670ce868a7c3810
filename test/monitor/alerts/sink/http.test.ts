// Faults of those who take messages, over real sockets.
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { ElysiaError } from '../../../../lib/core/errors.ts'
import { openSink } from '../../../../lib/monitor/alerts/sink/sinks.ts'
import { CERTIFICATE } from '../../../double/tls/certificate.ts'
import { settingsOf, sinkContext } from '../madeUp.ts'
import { messageFor } from '../messages.ts'
import { type Behavior, receiver } from './receiver.ts'

async function webhook(url: string, more: object = {}, env: Record<string, string> = {}) {
  const { sinks } = await settingsOf({ sinks: { ops: { type: 'webhook', url, ...more } } })
  return openSink(sinks[0]!, sinks, sinkContext(env).context)
}

async function faultOf(
  t: Test,
  behavior: Behavior,
  signal = AbortSignal.timeout(30_000),
): Promise<ElysiaError> {
  const server = await receiver(t)
  server.behave(behavior)
  const sink = await webhook(`${server.url}/hunter2?key=hunter3`)
  const error = await sink.send(messageFor('firing'), { signal }).catch((thrown: unknown) => thrown)
  t.notMatch(String((error as Error).message), /hunter/)
  return error as ElysiaError
}

t.test('what it answers says whether to try again, and when', async (t) => {
  t.match(await faultOf(t, { status: 400, body: 'bad\n\u001b[31m form' }), {
    retryable: false,
    message: /\/\*\*\* answered 400 bad/,
  })
  t.match(await faultOf(t, { status: 401 }), { code: 'ELYSIA_REFUSED', retryable: false })
  t.match(await faultOf(t, { status: 404 }), { retryable: false, hint: /no longer exists/ })
  t.match(await faultOf(t, { status: 500 }), { retryable: true, message: /answered 500$/ })
  t.match(await faultOf(t, { status: 429, headers: { 'retry-after': '7' } }), {
    retryable: true,
    retryAfterMs: 7000,
  })
  const at = new Date(Date.now() + 60_000).toUTCString()
  const { retryAfterMs = 0 } = await faultOf(t, { status: 503, headers: { 'retry-after': at } })
  t.ok(retryAfterMs > 50_000 && retryAfterMs <= 60_000, `${retryAfterMs}`)
})

t.test('a connection that is reset, or never answered', async (t) => {
  t.match(await faultOf(t, 'reset'), { code: 'ELYSIA_UNREACHABLE', retryable: true })
  const reason = new Error('enough')
  const ended = new AbortController()
  setTimeout(() => ended.abort(reason), 50)
  t.equal(await faultOf(t, 'hang', ended.signal), reason)
  const nobody = await webhook('http://127.0.0.1:1/')
  await t.rejects(nobody.send(messageFor('firing'), { signal: AbortSignal.timeout(30_000) }), {
    code: 'ELYSIA_UNREACHABLE',
    retryable: true,
    message: /http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/,
  })
})

t.test('an answer that is cut off has answered: the message is not sent twice', async (t) => {
  const server = await receiver(t)
  server.behave('cut')
  t.match(
    await (await webhook(server.url)).send(messageFor('firing'), { signal: AbortSignal.timeout(30_000) }),
    /^200/,
  )
})

t.test('no more of an answer is read than is told', async (t) => {
  const server = await receiver(t)
  server.behave({ status: 200, body: 'x'.repeat(10_000_000) })
  const answer = await (await webhook(server.url)).send(messageFor('firing'), {
    signal: AbortSignal.timeout(30_000),
  })
  t.equal(answer.length, 204)
})

t.test('a redirect is not followed: nobody gets what the user did not address to them', async (t) => {
  const other = await receiver(t)
  const location = `${other.url}/steal`
  t.match(await faultOf(t, { status: 307, headers: { location } }), {
    code: 'ELYSIA_REFUSED',
    retryable: false,
    message: new RegExp(`redirects to ${other.url}/\\*\\*\\*, which is not followed`),
  })
  t.strictSame(other.received, [])
})

t.test('no proxy of the environment is asked', async (t) => {
  const [server, proxy] = [await receiver(t), await receiver(t)]
  for (const name of ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY']) {
    process.env[name] = proxy.url
    t.teardown(() => delete process.env[name])
  }
  await (await webhook(server.url)).send(messageFor('firing'), { signal: AbortSignal.timeout(30_000) })
  t.equal(server.received.length, 1)
  t.equal(proxy.received.length, 0)
})

t.test('a certificate that nobody vouches for is refused, unless ca_file names it', async (t) => {
  const server = await receiver(t, { key: String(CERTIFICATE.key), cert: String(CERTIFICATE.cert) })
  const plain = await webhook(server.url)
  await t.rejects(plain.send(messageFor('firing'), { signal: AbortSignal.timeout(30_000) }), {
    code: 'ELYSIA_UNREACHABLE',
    message: /self-signed certificate/,
    hint: /ca_file/,
  })
  t.equal(server.received.length, 0)
  const ca = join(t.testdir({ 'ca.pem': String(CERTIFICATE.cert) }), 'ca.pem')
  t.match(
    await (await webhook(server.url, { ca_file: ca })).send(messageFor('firing'), {
      signal: AbortSignal.timeout(30_000),
    }),
    /^200/,
  )
})

t.test('headers come from the environment, and an address from a file or a variable', async (t) => {
  const server = await receiver(t)
  const file = join(t.testdir({ hook: `${server.url}/secret\n` }), 'hook')
  const { sinks } = await settingsOf({
    sinks: {
      one: { type: 'webhook', url_file: file, headers_env: { Authorization: 'TOKEN' } },
      two: { type: 'webhook', url_env: 'NOWHERE' },
      three: { type: 'webhook', url_env: 'WRONG' },
    },
  })
  const { context } = sinkContext({ TOKEN: 'Bearer t', WRONG: 'hunter2' })
  const sink = await openSink(sinks[0]!, sinks, context)
  await sink.send(messageFor('firing'), { signal: AbortSignal.timeout(30_000) })
  t.match(server.received, [
    {
      path: '/secret',
      method: 'POST',
      headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
    },
  ])
  await t.rejects(openSink(sinks[1]!, sinks, context), {
    code: 'ELYSIA_USAGE',
    message: /NOWHERE is not set, and should hold the address of the sink two/,
  })
  await t.rejects(openSink(sinks[2]!, sinks, context), {
    message: /^the address of the sink three is not an address$/,
  })
})

t.test('a program is given one line, no keys, and no addresses of others; its failure is told', async (t) => {
  const directory = t.testdir()
  const out = join(directory, 'out')
  const script = `let s='';process.stdin.on('data',d=>s+=d).on('end',()=>require('fs').writeFileSync(${JSON.stringify(out)},JSON.stringify({lines:s.split('\\n').length,hook:process.env.HOOK??null,status:process.env.ELYSIACTL_ALERT_STATUS})))`
  const open = async (argv: string[]) => {
    const sinks = { run: { type: 'command', argv }, hook: { type: 'slack', url_env: 'HOOK' } }
    const settings = await settingsOf({ sinks }, join(directory, 'c.yaml'))
    return openSink(settings.sinks[0]!, settings.sinks, sinkContext({ HOOK: 'http://h' }).context)
  }
  const signal = AbortSignal.timeout(30_000)
  await (await open([process.execPath, '-e', script])).send(messageFor('firing'), { signal })
  const { readFileSync } = await import('node:fs')
  t.strictSame(JSON.parse(readFileSync(out, 'utf8')), { lines: 2, hook: null, status: 'firing' })
  await t.rejects(
    (await open([process.execPath, '-e', 'console.error("no\\nroute"); process.exit(7)'])).send(
      messageFor('firing'),
      { signal },
    ),
    {
      message: /ended with 7: no route$/,
      retryable: true,
    },
  )
  await t.rejects((await open(['/no/such/program; touch x'])).send(messageFor('firing'), { signal }), {
    message: /cannot be started/,
  })
  const reason = new Error('enough')
  const ended = new AbortController()
  const hanging = (await open([process.execPath, '-e', 'setInterval(() => {}, 1000)'])).send(
    messageFor('firing'),
    { signal: ended.signal },
  )
  setTimeout(() => ended.abort(reason), 100)
  t.equal(await hanging.catch((error: unknown) => error), reason)
  t.type(new ElysiaError('ELYSIA_USAGE', ''), Error)
})
