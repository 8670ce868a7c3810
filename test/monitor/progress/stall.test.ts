import t from 'tap'
import { StallWatch } from '../../../lib/monitor/progress/stall.ts'
import type { RunEvent } from '../../../lib/run/event/schema.ts'

const error = { code: 'ELYSIA_UNREACHABLE', message: 'away' } as const
const RETRY: RunEvent = { type: 'retry', attempt: 1, wait_ms: 10, error }

function started(more: object = {}): RunEvent {
  return { type: 'run_started', run: 'r', kind: 'ingest', target: 'sqlite:/data/x.db', ...more } as RunEvent
}

function progress(done: number): RunEvent {
  return { type: 'progress', unit: 'objects', done }
}

function watching(...events: RunEvent[]): StallWatch {
  const watch = new StallWatch(60_000)
  for (const event of events) watch.take(event, 1000)
  return watch
}

t.test('where nothing is acknowledged for so long, it is told once, and again when it goes on', async (t) => {
  const watch = watching(started())
  t.equal(watch.look(60_000, {}), undefined)
  t.match(watch.look(61_500, { inFlight: 1 }), { type: 'stalled', run: 'r', seconds: 61 })
  t.equal(watch.look(70_000, {}), undefined, 'once')
  t.equal(watch.take(RETRY, 71_000), undefined, 'a retry is nothing that was acknowledged')
  t.match(watch.take(progress(1), 81_000), { type: 'resumed', run: 'r', seconds: 80 })
  t.equal(watch.look(100_000, {}), undefined)
  watch.take(progress(1), 140_000)
  t.match(watch.look(142_000, {}), { type: 'stalled' }, 'the same number once more is no progress')
  t.match(watch.acknowledged(143_000), { type: 'resumed' })
})

t.test('it names with whom the run waits', async (t) => {
  const of = (watch: StallWatch, waiting: object) => watch.look(90_000, waiting)
  const lock: RunEvent = { type: 'lock_wait', file: '/x.lock', pid: 7, host: 'h', purpose: 'backup' }
  t.match(of(watching(started(), lock), {}), { for: 'lock', waits_for: 'process 7 on h' })
  t.match(of(watching(started(), { type: 'lock_wait', file: '/x.lock' }), {}), { waits_for: '/x.lock' })
  t.match(of(watching(started()), { server: 'h:1', inFlight: 1 }), { for: 'server', waits_for: 'h:1' })
  const server = started({ target: 'http://h:1' })
  t.match(of(watching(server, RETRY), {}), { for: 'server', waits_for: 'http://h:1' })
  const piped = started({ inputs: ['stdin'] })
  t.match(of(watching(piped), { inFlight: 0 }), { for: 'input', waits_for: 'standard input' })
  t.match(of(watching(piped), { inFlight: 1 }), { for: 'disk', waits_for: 'sqlite:/data/x.db' })
  t.match(of(watching(started({ inputs: ['/a', '/b'] })), {}), { for: 'input', waits_for: '/a, /b' })
  t.match(of(watching(started()), {}), { for: 'disk', waits_for: 'sqlite:/data/x.db' })
})

t.test('nothing stands still where no run goes on, or one waits for what may come', async (t) => {
  t.equal(watching().look(90_000, {}), undefined)
  t.equal(watching(started({ kind: 'watch' })).look(90_000, {}), undefined)
  const ended = watching(started(), { type: 'run_ended', run: 'r', status: 'done' })
  t.equal(ended.look(90_000, {}), undefined)
})
