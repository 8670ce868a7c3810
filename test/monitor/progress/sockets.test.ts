// The connections that this process opens: real sockets.
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { connect, createServer as createHttp2, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { SocketMeter } from '../../../lib/monitor/progress/sockets.ts'

async function listening(t: Test, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => void server.close())
  return (server.address() as AddressInfo).port
}

function meter(t: Test): SocketMeter {
  const sockets = new SocketMeter()
  t.teardown(() => sockets.close())
  return sockets
}

t.test(
  'bytes over the connections of http and HTTP/2 count for their server, by the name that was asked',
  async (t) => {
    const sockets = meter(t)
    const plain = createServer((asked, answer) =>
      asked.resume().on('end', () => answer.end('x'.repeat(50_000))),
    )
    const plainPort = await listening(t, plain)
    const http2 = createHttp2()
    http2.on('stream', (stream: ServerHttp2Stream) =>
      stream.resume().on('end', () => {
        stream.respond({ ':status': 200 })
        stream.end('x'.repeat(30_000))
      }),
    )
    const http2Port = await listening(t, http2)
    const asking = request({ host: 'localhost', port: plainPort, method: 'POST', agent: false })
    asking.end('y'.repeat(20_000))
    const [answer] = await once(asking, 'response')
    await text(answer)
    const session = connect(`http://127.0.0.1:${http2Port}`)
    const stream = session.request({ ':method': 'POST', ':path': '/' })
    stream.end('y'.repeat(10_000))
    await text(stream)
    const closed = once(session, 'close')
    session.close()
    await closed
    const totals = sockets.totals()
    const one = totals.get(`localhost:${plainPort}`)!
    t.ok(one.in > 50_000 && one.in < 52_000 && one.out > 20_000 && one.out < 22_000)
    const two = totals.get(`127.0.0.1:${http2Port}`)!
    t.ok(two.in > 30_000 && two.in < 32_000 && two.out > 10_000 && two.out < 12_000)
    t.ok(sockets.sentTo(`localhost:${plainPort}`) > 20_000, 'also of a connection that has ended')
  },
)

t.test('a server that does not take a connection is none that was talked to', async (t) => {
  const sockets = meter(t)
  const gone = createServer()
  const port = await listening(t, gone)
  gone.close()
  await once(gone, 'close')
  const asking = request({ host: '127.0.0.1', port })
  asking.end()
  await once(asking, 'error')
  t.equal(sockets.totals().size, 0)
})
