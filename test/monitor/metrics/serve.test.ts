// The server of a command that stays.
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { hostname } from 'node:os'
import { text as textOf } from 'node:stream/consumers'
import t from 'tap'
import { ElysiaError } from '../../../lib/core/errors.ts'
import { serveMetrics } from '../../../lib/monitor/metrics/serve.ts'

interface Asked {
  readonly path?: string
  readonly host?: string
  readonly method?: string
}

function ask(url: string, { path = '/metrics', host, method = 'GET' }: Asked = {}) {
  const headers = host === undefined ? {} : { host }
  return new Promise<{ status: number; text: string; type: string }>((resolve, reject) => {
    const sent = request(new URL(path, url), { method, headers, agent: false }, async (response) => {
      const type = response.headers['content-type'] ?? ''
      resolve({ status: response.statusCode!, text: await textOf(response), type })
    })
    sent.once('error', reject).end()
  })
}

const ANY = { host: '127.0.0.1', port: 0 }

t.test('metrics, life and readiness', async (t) => {
  let isReady = false
  const server = await serveMetrics(ANY, { metrics: async () => 'a 1\n', isReady: () => isReady })
  t.teardown(() => server.close())
  const type = 'text/plain; version=0.0.4; charset=utf-8'
  t.strictSame(await ask(server.url), { status: 200, text: 'a 1\n', type })
  t.match(await ask(server.url, { path: '/live' }), { status: 200, text: 'live\n' })
  t.match(await ask(server.url, { path: '/ready' }), { status: 503 })
  isReady = true
  t.match(await ask(server.url, { path: '/ready' }), { status: 200, text: 'ready\n' })
  t.match(await ask(server.url, { path: '/metrics?x=1' }), { status: 200 })
  t.match(await ask(server.url, { path: '/other' }), { status: 404, text: /metrics/ })
  t.match(await ask(server.url, { method: 'POST' }), { status: 405 })
  t.strictSame(await ask(server.url, { method: 'HEAD' }), { status: 200, text: '', type })
})

t.test('only under a name of its own', async (t) => {
  const server = await serveMetrics(ANY, { metrics: async () => 'secret' })
  t.teardown(() => server.close())
  const { port } = new URL(server.url)
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, '127.0.0.1:1', `${hostname()}:${port}`])
    t.match(await ask(server.url, { host }), { status: 200 }, host)
  const others = [
    'evil.example',
    `evil.example:${port}`,
    '127.0.0.2',
    'localhost.evil.example',
    'a@localhost',
    '[::1]',
  ]
  for (const host of others)
    t.match(await ask(server.url, { host }), { status: 421, text: /not a name/ }, host)
})

t.test('many at once are one text; a fault is an answer', async (t) => {
  let made = 0
  let fails = false
  let go: () => void = () => {}
  const metrics = async () => {
    made++
    if (fails) throw new Error('the history is gone: //u:secret@h')
    await new Promise<void>((resolve) => {
      go = resolve
    })
    return 'a 1\n'
  }
  const server = await serveMetrics(ANY, { metrics })
  t.teardown(() => server.close())
  const first = ask(server.url)
  while (made === 0) await new Promise((resolve) => setImmediate(resolve))
  const rest = Array.from({ length: 10 }, () => ask(server.url))
  // An answer to a later request says that those before it have come in.
  await ask(server.url, { path: '/live' })
  await ask(server.url, { path: '/live' })
  t.equal(made, 1)
  const timer = setInterval(() => go(), 5)
  await Promise.all([first, ...rest])
  clearInterval(timer)
  t.ok(made < 11, `${made} texts for 11`)
  fails = true
  t.equal((await ask(server.url)).text, 'the history is gone: //***@h\n')
  t.match(await ask(server.url, { path: '/live' }), { status: 200 })
})

t.test('an open connection does not keep it from closing', async (t) => {
  const server = await serveMetrics(ANY, { metrics: async () => '' })
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  await server.close()
  socket.destroy()
  await t.rejects(ask(server.url), { code: 'ECONNREFUSED' })
})

t.test('a port that is taken is said, with the next step', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  t.teardown(() => other.close())
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const error = await serveMetrics({ ...ANY, port }, { metrics: async () => '' }).catch((thrown) => thrown)
  t.ok(error instanceof ElysiaError)
  t.match(error, { code: 'ELYSIA_STATE', hint: /--metrics-listen/ })
  t.match(error.message, `another program listens on 127.0.0.1:${port}`)
})
