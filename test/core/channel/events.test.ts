import t from 'tap'
import { publishEvent, RUN_EVENTS } from '../../../lib/core/channel/events.ts'
import { emitter } from '../../../lib/run/events.ts'
import { Run } from '../../../lib/run/run.ts'

t.test('an event comes once over the channel, through however many runs it passes', async (t) => {
  const seen: unknown[] = []
  const subscriber = (event: unknown) => void seen.push(event)
  RUN_EVENTS.subscribe(subscriber)
  t.teardown(() => RUN_EVENTS.unsubscribe(subscriber))
  const told: unknown[] = []
  const outer = new Run('watch', { onEvent: (event) => void told.push(event) })
  const inner = new Run('ingest', { onEvent: outer.emit })
  const event = { type: 'file_left', path: 'a' } as never
  inner.emit(event)
  emitter(outer.emit)(event)
  t.strictSame([seen.length, told.length], [1, 2])
  emitter(undefined)({ type: 'coalescing' } as never)
  t.equal(seen.length, 2, 'without a listener, too')
  RUN_EVENTS.unsubscribe(subscriber)
  publishEvent({})
  t.equal(seen.length, 2)
})
