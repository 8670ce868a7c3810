// What a person may give.
import t from 'tap'
import { metricsListenOptions, metricsOptions } from '../../../lib/monitor/metrics/options.ts'
import { resolveOptions } from '../../../lib/options/options.ts'
import type { OptionsSchema } from '../../../lib/options/schema.ts'

function given(schema: OptionsSchema, values: Readonly<Record<string, unknown>>) {
  return resolveOptions(schema, [{ kind: 'flag', origin: 'command line', values }]).options
}

t.test('a file that no collector takes, a gateway and an address that are none: wrong usage', async (t) => {
  const usage = { code: 'ELYSIA_USAGE' }
  t.throws(() => given(metricsOptions, { metricsTextfile: 'a.txt' }), { ...usage, hint: /\.prom/ })
  t.throws(() => given(metricsOptions, { metricsPush: 'h:9091' }), { ...usage, hint: /http/ })
  t.throws(() => given(metricsListenOptions, { metricsListen: 'here' }), { ...usage, hint: /PORT/ })
  t.throws(() => given(metricsOptions, { metricsPush: 'ftp://u:secret@h' }), { message: /^((?!secret@).)*$/ })
})

t.test(
  'credentials are taken from the environment and from files, and not from the command line',
  async (t) => {
    const values = { metricsPush: 'https://me:secret@gateway:9091' }
    const refused = { code: 'ELYSIA_USAGE', hint: /ELYSIACTL_METRICS_PUSH/, message: /^((?!secret@).)*$/ }
    t.throws(() => given(metricsOptions, values), refused)
    for (const kind of ['environment', 'file', 'code'] as const)
      t.strictSame(resolveOptions(metricsOptions, [{ kind, origin: kind, values }]).options, values)
  },
)

t.test('what will do is taken as it is', async (t) => {
  const values = { metricsTextfile: '/var/lib/a.prom', metricsPush: 'https://gateway:9091' }
  t.strictSame(given(metricsOptions, values), values)
  t.strictSame(given(metricsListenOptions, { metricsListen: '9464' }), { metricsListen: '9464' })
})
