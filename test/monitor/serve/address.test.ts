// Where a server listens, as people write it.
import t from 'tap'
import { dashboardOptions } from '../../../lib/monitor/dashboard/options.ts'
import {
  addressFault,
  addressOf,
  hostText,
  isLoopback,
  linkAddress,
} from '../../../lib/monitor/serve/address.ts'

t.test('addresses', async (t) => {
  const of = (text: string) => addressOf(text, '--listen')
  t.ok(isLoopback(of(dashboardOptions.properties.listen.default)), 'this machine alone by default')
  t.strictSame(of('9464'), { host: '127.0.0.1', port: 9464 })
  t.strictSame(of('0.0.0.0:0'), { host: '0.0.0.0', port: 0 })
  t.strictSame(of('[::1]:8090'), { host: '::1', port: 8090 })
  t.strictSame(of('LocalHost:0'), { host: 'localhost', port: 0 })
  const wrong = [
    '',
    ':8090',
    '127.0.0.1',
    '127.0.0.1:65536',
    '[127.0.0.1]:1',
    '::1:8090',
    'a b:1',
    'http://x:1',
    '-1',
  ]
  for (const text of wrong) {
    t.match(addressFault(text), /HOST:PORT/, text)
    t.throws(() => of(text), { code: 'ELYSIA_USAGE', message: /^--listen / })
  }
  t.ok(['127.0.0.1', '127.9.9.9', '::1', 'localhost'].every((host) => isLoopback({ host, port: 1 })))
  t.notOk(['0.0.0.0', '::', '192.0.2.1', '127.evil.example'].some((host) => isLoopback({ host, port: 1 })))
  t.equal(hostText({ host: '::1', port: 1 }), '[::1]:1')
  t.strictSame(linkAddress({ host: '::', port: 7 }), { host: '127.0.0.1', port: 7 })
})
