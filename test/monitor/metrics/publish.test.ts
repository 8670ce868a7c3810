// Both places at once: what one of them does not take does not keep it from the other.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { publishMetrics } from '../../../lib/monitor/metrics/publish.ts'

t.test('a gateway that refuses leaves the file as it should be, and the other way round', async (t) => {
  const directory = t.testdir()
  const statuses = [400, 200]
  const gateway = createServer((_, response) => response.writeHead(statuses.shift()!).end())
  t.teardown(() => gateway.close())
  gateway.listen(0, '127.0.0.1')
  await once(gateway, 'listening')
  const metricsPush = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`
  const metricsTextfile = join(directory, 'a.prom')
  const refused = await publishMetrics('a 1\n', { metricsTextfile, metricsPush })
  t.match(refused, [
    { code: 'ELYSIA_STORE', message: /not pushed: .* answered 400/, hint: /elysiactl metrics/ },
  ])
  t.equal(refused.length, 1)
  t.equal(readFileSync(metricsTextfile, 'utf8'), 'a 1\n')
  const unwritten = await publishMetrics('a 2\n', {
    metricsTextfile: join(directory, 'no', 'a.prom'),
    metricsPush,
  })
  t.match(unwritten, [{ code: 'ELYSIA_STATE', message: /not written to .*: ENOENT/ }])
  t.strictSame([unwritten.length, statuses.length], [1, 0], 'and the gateway has them')
  t.strictSame(await publishMetrics('a 3\n', {}), [], 'nowhere')
})
