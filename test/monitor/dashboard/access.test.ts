import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { type Dashboard, serveDashboard } from '../../../lib/monitor/dashboard/server.ts'
import { madeUpSources } from './madeUp.ts'
import { rawRequest } from './rawRequest.ts'

const LOCAL = { host: '127.0.0.1', port: 0 }

async function served(t: Test): Promise<Dashboard & { readonly path: string; readonly port: number }> {
  const dashboard = await serveDashboard(madeUpSources(), LOCAL)
  t.teardown(() => dashboard.close())
  const { pathname, search, port } = new URL(dashboard.link)
  return Object.assign(dashboard, { path: `${pathname}${search}`, port: Number(port) })
}

/** What a browser has once it has opened the link. */
async function cookieOf({ path, port }: { path: string; port: number }): Promise<string> {
  const { headers } = await rawRequest(port, [`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`])
  return headers.get('set-cookie')!.split(';')[0]!
}

t.test('the link lets in once, and is gone from the address after it', async (t) => {
  const { path, port } = await served(t)
  const host = `Host: 127.0.0.1:${port}`
  const first = await rawRequest(port, [`GET ${path} HTTP/1.1`, host])
  t.equal(first.status, 303)
  t.equal(first.headers.get('location'), '/')
  const [pair = '', ...flags] = first.headers.get('set-cookie')!.split('; ')
  t.strictSame(flags, ['HttpOnly', 'SameSite=Strict', 'Path=/'])
  t.match(pair, new RegExp(`^elysiactl_${port}=[\\w-]{43}$`))
  t.notOk(path.includes(pair.split('=')[1]!), 'the cookie is another secret than the link')
  const page = await rawRequest(port, ['GET / HTTP/1.1', host, `Cookie: other=1; ${pair}`])
  t.equal(page.status, 200)
  t.match(
    page.headers.get('content-security-policy'),
    /^default-src 'none'; script-src 'self'; style-src 'self'/,
  )
  t.match(page.headers.get('content-security-policy'), /frame-ancestors 'none'/)
  t.notMatch(page.headers.get('content-security-policy'), /unsafe/)
})

t.test('without the link nothing is seen, not even the script', async (t) => {
  const { path, port } = await served(t)
  const host = `Host: 127.0.0.1:${port}`
  for (const asked of [
    '/',
    '/page.js',
    '/api/report',
    '/api/live',
    '/?token=',
    `/?token=${'a'.repeat(43)}`,
  ]) {
    const { status, body } = await rawRequest(port, [`GET ${asked} HTTP/1.1`, host])
    t.equal(status, 401, asked)
    t.match(body, /open the link/)
  }
  const elsewhere = await rawRequest(port, [`GET ${path.replace('/?', '/api/report?')} HTTP/1.1`, host])
  t.equal(elsewhere.status, 401, 'the token lets in at the one place that takes it out of the address')
  const other = await served(t)
  const foreign = (await cookieOf(other)).replace(`_${other.port}`, `_${port}`)
  const { status } = await rawRequest(port, ['GET / HTTP/1.1', host, `Cookie: ${foreign}`])
  t.equal(status, 401, 'the cookie of another dashboard is none')
})

t.test('another name that leads to this machine is refused', async (t) => {
  const dashboard = await served(t)
  const { path, port } = dashboard
  const cookie = `Cookie: ${await cookieOf(dashboard)}`
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    `127.0.0.1:${port}.evil.example`,
    '127.0.0.2',
    `[::1]:${port}`,
    'a@localhost',
    '',
  ]) {
    for (const asked of ['/', path, '/api/report']) {
      const answer = await rawRequest(port, [`GET ${asked} HTTP/1.1`, `Host: ${host}`, cookie])
      t.equal(answer.status, 403, `${host} ${asked}`)
      t.notOk(answer.headers.has('set-cookie'))
    }
  }
  t.equal((await rawRequest(port, ['GET / HTTP/1.0', cookie])).status, 403, 'no name at all')
  const two = ['GET / HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Host: evil.example', cookie]
  t.equal((await rawRequest(port, two)).status, 400, 'two names')
  const whole = ['GET http://evil.example/ HTTP/1.1', 'Host: evil.example', cookie]
  t.equal((await rawRequest(port, whole)).status, 403)
  for (const host of [`localhost:${port}`, `LOCALHOST:${port}`, 'localhost:1']) {
    t.equal((await rawRequest(port, ['GET / HTTP/1.1', `Host: ${host}`, cookie])).status, 200, host)
  }
})

t.test('what another page asks for is refused, whatever the browser adds by itself', async (t) => {
  const dashboard = await served(t)
  const { path, port } = dashboard
  const own = [`Host: 127.0.0.1:${port}`, `Cookie: ${await cookieOf(dashboard)}`]
  const get = (asked: string, ...fields: string[]) =>
    rawRequest(port, [`GET ${asked} HTTP/1.1`, ...own, ...fields])
  const foreign = [
    'http://evil.example',
    'null',
    `https://127.0.0.1:${port}`,
    `http://127.0.0.1:${port}.evil.example`,
    'http://127.0.0.1:1',
  ]
  for (const origin of foreign) t.equal((await get('/api/report', `Origin: ${origin}`)).status, 403, origin)
  for (const site of ['cross-site', 'same-site', 'nonsense']) {
    t.equal((await get('/', `Sec-Fetch-Site: ${site}`)).status, 403, site)
  }
  t.equal(
    (await get('/api/report', `Origin: http://127.0.0.1:${port}`, 'Sec-Fetch-Site: same-origin')).status,
    200,
  )
  t.equal((await get('/', 'Sec-Fetch-Site: none')).status, 200, 'an address that was typed')
  const link = await get(path, 'Sec-Fetch-Site: cross-site')
  t.equal(link.status, 200, 'the link itself may stand elsewhere; the page it leads to asks again')
  t.notMatch(link.body, /facts/)
})

t.test('no request changes anything', async (t) => {
  const dashboard = await served(t)
  const { path, port } = dashboard
  const own = [`Host: 127.0.0.1:${port}`, `Cookie: ${await cookieOf(dashboard)}`]
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    for (const asked of ['/', path, '/api/run?id=x']) {
      const answer = await rawRequest(port, [`${method} ${asked} HTTP/1.1`, ...own, 'Content-Length: 0'])
      t.equal(answer.status, 405, `${method} ${asked}`)
      t.equal(answer.headers.get('allow'), 'GET, HEAD')
    }
  }
  const head = await rawRequest(port, ['HEAD /api/report HTTP/1.1', ...own])
  t.equal(head.status, 200)
  t.equal(head.body, '')
})

t.test('every answer says that it is not to be kept, framed or guessed at', async (t) => {
  const dashboard = await served(t)
  const own = [`Host: 127.0.0.1:${dashboard.port}`, `Cookie: ${await cookieOf(dashboard)}`]
  for (const asked of [
    '/',
    '/page.js',
    '/page.css',
    '/api/report',
    '/api/page',
    '/api/runs',
    '/none',
    '//',
    '/api/run?id=none',
  ]) {
    const { headers } = await rawRequest(dashboard.port, [`GET ${asked} HTTP/1.1`, ...own])
    t.equal(headers.get('cache-control'), 'no-store', asked)
    t.equal(headers.get('x-content-type-options'), 'nosniff')
    t.equal(headers.get('referrer-policy'), 'no-referrer')
    t.match(headers.get('content-security-policy'), /default-src 'none'/)
    t.notOk(headers.has('access-control-allow-origin'))
  }
})

t.test('a port that is taken is an error with the next step', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  t.teardown(() => other.close())
  const { port } = other.address() as AddressInfo
  await t.rejects(serveDashboard(madeUpSources(), { host: '127.0.0.1', port }), {
    code: 'ELYSIA_STATE',
    message: `the page cannot be served: another program listens on 127.0.0.1:${port}`,
    hint: /--listen another port, or 127\.0\.0\.1:0/,
  })
  await t.rejects(serveDashboard(madeUpSources(), { host: '192.0.2.1', port: 0 }), {
    code: 'ELYSIA_STATE',
    hint: /127\.0\.0\.1:0/,
  })
})
