import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import t from 'tap'
import { openStore } from '../../lib/store/open.ts'
import { parseTarget } from '../../lib/store/target.ts'

t.test('opening a server that never answers ends with its signal, waiting or not', async (t) => {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    sockets.add(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as { port: number }
  const target = parseTarget(`http://127.0.0.1:${port}?grpc=127.0.0.1:${port}`)
  for (const waiting of [{}, { retryForMs: 600_000 }]) {
    const stop = new AbortController()
    const opened = openStore(target, { timeoutMs: 20_000 }, { ...waiting, signal: stop.signal })
    const startedMs = performance.now()
    setTimeout(() => stop.abort(new Error('enough')), 50)
    await t.rejects(opened, { message: 'enough' })
    t.ok(performance.now() - startedMs < 15_000)
  }
})
