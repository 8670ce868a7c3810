// What looks on at a command: whatever it sends at the end has one time, however much of it is dead.
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { observeEvent, setObservers } from '../../../bin/observers/current.ts'
import type { Observer } from '../../../bin/observers/observer.ts'
import { pingsOf } from '../../../lib/monitor/alerts/pings.ts'
import { publishMetrics } from '../../../lib/monitor/metrics/publish.ts'
import { settingsOf, sinkContext } from '../../monitor/alerts/madeUp.ts'
import { receiver } from '../../monitor/alerts/sink/receiver.ts'

const SENDING_MS = 1500
const run = { run: '20260601T120000Z-abcdef', kind: 'backup', collection: 'Article', target: 't' } as const

t.test('a dead gateway and a dead switch together delay the end by one time', async (t) => {
  const [gateway, health] = [await receiver(t), await receiver(t)]
  for (const server of [gateway, health]) server.behave('hang')
  const settings = await settingsOf({ sinks: { it: { type: 'healthchecks', url: health.url } } })
  const pings = pingsOf(settings, sinkContext().context)
  const faults: string[] = []
  const observers: Observer[] = [
    {
      onEvent: () => pings.started({ ...run, trigger: 'cron', dryRun: false }),
      async end({ deadline }) {
        faults.push(...(await pings.ended({ exitCode: 0, done: new Set(), seconds: 1 }, deadline)))
      },
    },
    {
      async end({ deadline }) {
        const failed = await publishMetrics('a 1\n', { metricsPush: gateway.url }, { deadline })
        faults.push(...failed.map(({ message }) => message))
      },
    },
  ]
  const looking = setObservers(observers, (message) => t.fail(message), SENDING_MS)
  observeEvent({ type: 'run_started', ...run })
  const began = performance.now()
  await looking.end({ exitCode: 0 })
  const took = performance.now() - began
  t.ok(took < SENDING_MS + 1000, `${took} ms`)
  t.match(faults.toSorted(), [/was not told that a run began/, /a run ended/, /metrics were not pushed/])
})

t.test(
  'they are told in order, a slow one keeps none from its turn, and one that fails is a detail',
  async (t) => {
    const told: string[] = []
    const details: string[] = []
    const looking = setObservers(
      [
        { end: () => void told.push('first') },
        {
          async end() {
            told.push('slow began')
            await wait(20)
            told.push('slow ended')
            throw new Error('broken')
          },
        },
        {
          async end({ before }) {
            told.push('last began')
            await before
            told.push('last ended')
          },
        },
      ],
      (detail) => details.push(detail),
    )
    await looking.end({ exitCode: 3 })
    t.strictSame(told, ['first', 'slow began', 'last began', 'slow ended', 'last ended'])
    t.match(details, [/broken/])
  },
)
