// The text is that of prom-client, which it is written without.
import * as fc from 'fast-check'
import { Gauge, Registry } from 'prom-client'
import t from 'tap'
import { CONTENT_TYPE, exposition } from '../../../lib/monitor/metrics/exposition.ts'
import { LABELS, METRICS, type MetricName, type SampleGroup } from '../../../lib/monitor/metrics/metric.ts'
import { tried } from '../../runs.ts'

/** The same by prom-client. Labels of a group have to be all of the metric's, or none. */
async function byPromClient(groups: readonly SampleGroup[]): Promise<string> {
  const registry = new Registry()
  for (const [name, { help, type }] of Object.entries(METRICS)) {
    const found = groups.filter(({ values }) => name in values)
    if (found.length === 0) continue
    const gauge = new Gauge({ name, help, labelNames: [...LABELS], registers: [registry] })
    for (const { labels, values } of found) gauge.set(labels, values[name as MetricName]!)
    // What is read from a history is set, not counted: a Counter of prom-client can only be added to.
    Object.assign(gauge, { type })
    const get = gauge.get.bind(gauge)
    gauge.get = async () => ({ ...(await get()), type }) as never
  }
  return registry.metrics()
}

const hostile = ['', '"', '\\', '\\n', '\n', 'a"b\\c\nd', '{}', ' ', 'é', '\u202e', '# HELP a']
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom(...hostile))
const names = Object.keys(METRICS) as MetricName[]
const values = fc.dictionary(
  fc.constantFrom(...names),
  fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, 1e21, 1e-7)),
  { minKeys: 1, maxKeys: 5 },
)
const labels = fc.oneof(
  fc.constant({}),
  fc.record({ kind: text, collection: text, target: text }),
  fc.record({ kind: text, collection: text, target: text, code: text }),
)

t.test('any groups become the text that prom-client makes of them', async (t) => {
  const some = fc.uniqueArray(fc.record({ labels, values }), {
    selector: (group) => JSON.stringify(Object.entries(group.labels)),
    maxLength: 12,
  })
  await fc.assert(
    fc.asyncProperty(some, async (groups) => {
      const given = groups as SampleGroup[]
      t.equal(exposition(given), await byPromClient(given))
      t.equal(exposition(given), exposition(structuredClone(given)), 'written once or again')
    }),
    tried(60),
  )
})

t.test('nothing is an empty text, and the type is that of prom-client', async (t) => {
  t.equal(exposition([]), await byPromClient([]))
  t.equal(CONTENT_TYPE, Registry.PROMETHEUS_CONTENT_TYPE)
})
