// The gateway for jobs that end.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcp } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { messageOf } from '../../../lib/core/errors.ts'
import { exposition } from '../../../lib/monitor/metrics/exposition.ts'
import { gatewayFault, gatewayOf, hasCredentials } from '../../../lib/monitor/metrics/gateway.ts'
import type { SampleGroup } from '../../../lib/monitor/metrics/metric.ts'
import { pushMetrics } from '../../../lib/monitor/metrics/push.ts'
import { clockOf } from '../../clock.ts'

async function gateway(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

t.test('adds to the group of this machine, by POST, with the credentials in a header', async (t) => {
  const seen: unknown[] = []
  const url = await gateway(t, ({ method, url: path, headers }, response) => {
    seen.push([method, path, headers.authorization, headers['content-type']])
    response.end()
  })
  await pushMetrics('a 1\n', gatewayOf(url.replace('//', '//u:p%40ssword@'), 'h/1'))
  const basic = Buffer.from('u:p@ssword').toString('base64')
  const path = '/metrics/job/elysiactl/instance/h%2F1'
  t.strictSame(seen, [['POST', path, `Basic ${basic}`, 'text/plain; version=0.0.4; charset=utf-8']])
  t.equal(messageOf(new Error(`p@ssword, p%40ssword, ${basic}`)), '***, ***, ***')
})

t.test('a fault for the moment is tried again; one that stays is not', async (t) => {
  const answers = [503, 200]
  let asked = 0
  const url = await gateway(t, (_, response) => {
    response.writeHead(answers[asked++]!).end('busy')
  })
  await pushMetrics('a 1\n', gatewayOf(url, 'h'))
  t.equal(asked, 2)
  for (const [status, code] of [
    [400, 'ELYSIA_STORE'],
    [401, 'ELYSIA_REFUSED'],
    [302, 'ELYSIA_STORE'],
  ] as const) {
    asked = 0
    const wrong = await gateway(t, (_, response) => {
      asked++
      response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end('x'.repeat(100_000))
    })
    const error = await pushMetrics('a 1\n', gatewayOf(wrong, 'h')).catch((thrown) => thrown)
    t.match(error, { code, message: new RegExp(`answered ${status}: x+`) })
    t.ok(error.message.length < 1_200, 'the beginning of the answer will do')
    t.equal(asked, 1)
  }
})

t.test('one that hangs, or is not there, is given up in bounded time', async (t) => {
  const hangs = await gateway(t, () => {})
  const signal = AbortSignal.timeout(500)
  await t.rejects(pushMetrics('a 1\n', gatewayOf(hangs, 'h'), { signal }), { name: 'TimeoutError' })
  const deadline = performance.now() + 700
  await t.rejects(pushMetrics('a 1\n', gatewayOf(hangs, 'h'), { deadline }), { code: 'ELYSIA_UNREACHABLE' })
  t.ok(performance.now() < deadline + 1500, 'all tries end with the time of the command')
  const resets = createTcp((socket) => socket.destroy()).listen(0, '127.0.0.1')
  t.teardown(() => resets.close())
  await once(resets, 'listening')
  const { port } = resets.address() as AddressInfo
  const clock = clockOf(t)
  const began = performance.now()
  const gone = pushMetrics('a 1\n', gatewayOf(`http://127.0.0.1:${port}`, 'h'))
  await wait(700)
  // Another try is made before, and none after.
  clock.passMs = 14_000
  await t.rejects(gone, { code: 'ELYSIA_UNREACHABLE' })
  t.ok(performance.now() - began < 20_000)
})

t.test('a port that no browser would speak to is refused at once', async (t) => {
  const began = performance.now()
  const refused = pushMetrics('a 1\n', gatewayOf('http://127.0.0.1:1', 'h'))
  await t.rejects(refused, { code: 'ELYSIA_UNREACHABLE', message: /bad port/ })
  t.ok(performance.now() - began < 5_000)
})

t.test('addresses', async (t) => {
  t.strictSame(gatewayOf('https://h:1/base/', 'i'), {
    url: 'https://h:1/base/metrics/job/elysiactl/instance/i',
  })
  const own = 'http://h/metrics/job/mine/instance/x'
  t.strictSame(gatewayOf(own, 'i'), { url: own })
  for (const text of ['h:9091', 'ftp://h', 'http://h#x', 'http://']) t.ok(gatewayFault(text), text)
  t.throws(() => gatewayOf('h', 'i'), { code: 'ELYSIA_USAGE' })
  t.ok(hasCredentials('http://u@h'))
  t.notOk(hasCredentials('http://h'))
})

const PROGRAM = ['pushgateway', 'prometheus-pushgateway'].find(
  (name) => spawnSync(name, ['--version']).error === undefined,
)

t.test(
  'a real gateway keeps the last success through the push after a failed run',
  PROGRAM === undefined ? { skip: 'prometheus-pushgateway is not installed' } : {},
  async (t) => {
    const url = `http://127.0.0.1:${await freePort()}`
    const child = spawn(PROGRAM!, [`--web.listen-address=${new URL(url).host}`, '--persistence.file='], {
      stdio: 'ignore',
    })
    t.teardown(() => child.kill())
    for (let left = 300; (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok !== true; left--) {
      if (left === 0) throw new Error('the gateway does not start')
      await wait(100)
    }
    const success: SampleGroup = {
      labels: { kind: 'backup' },
      values: { elysiactl_last_success_timestamp_seconds: 7 },
    }
    const status = (code: string): SampleGroup => ({
      labels: { code },
      values: { elysiactl_last_run_status: 1 },
    })
    await pushMetrics(exposition([success, status('done')]), gatewayOf(url, 'h'))
    await pushMetrics(exposition([status('ELYSIA_STORE')]), gatewayOf(url, 'h'))
    const shown = await (await fetch(`${url}/metrics`)).text()
    t.match(shown, /^elysiactl_last_success_timestamp_seconds\{[^}]*instance="h",job="elysiactl"[^}]*\} 7$/m)
    t.match(shown, /^elysiactl_last_run_status\{code="ELYSIA_STORE"/m)
    t.notMatch(shown, /code="done"/, 'how the run before ended is replaced')
  },
)

async function freePort(): Promise<number> {
  const server = createTcp().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
