// How far a run is, told by its events, on a clock that does not run by itself.
import fc from 'fast-check'
import t from 'tap'
import { RunProgress } from '../../../lib/monitor/progress/progress.ts'
import type { RunEvent } from '../../../lib/run/event/schema.ts'

const NO_TRAFFIC = { rssBytes: 1000, receivedBytes: 0, sentBytes: 0 }

function modelOf(): RunProgress {
  return new RunProgress(() => NO_TRAFFIC)
}

function started(kind: 'ingest' | 'restore' | 'backup' = 'ingest'): RunEvent {
  return { type: 'run_started', run: 'r', kind, target: 'memory:' } as RunEvent
}

function settled(records: number, of?: { done: number; total: number }): RunEvent {
  const bytes = of === undefined ? {} : { done_bytes: of.done, total_bytes: of.total }
  return {
    type: 'records_settled',
    ...{ lines: records, blank: 0, records, written: records, deleted: 0, unchanged: 0, superseded: 0 },
    ...{ skipped: {}, rejected: {}, control: 0, retries: 0, bytes: records * 100 },
    ...{ input: 0, input_bytes: records * 100, seconds: 1, ...bytes },
  } as RunEvent
}

function written(done: number, total?: number, more: object = {}): RunEvent {
  return {
    type: 'progress',
    unit: 'objects',
    phase: 'writing',
    done,
    ...(total && { total }),
    ...more,
  } as RunEvent
}

t.test('after a fifth at a steady rate the time left is within a fifth', async (t) => {
  const runs = fc.record({
    seconds: fc.integer({ min: 10, max: 100_000 }),
    total: fc.integer({ min: 1000, max: 100_000_000 }),
    steps: fc.integer({ min: 20, max: 400 }),
    // Batches do not come like a clock.
    jitter: fc.array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), { minLength: 400, maxLength: 400 }),
    isIngest: fc.boolean(),
  })
  const law = fc.property(runs, ({ seconds, total, steps, jitter, isIngest }) => {
    const model = modelOf()
    model.take(started(isIngest ? 'ingest' : 'restore'), 0)
    const all = Math.ceil(steps / 5)
    let ms = 0
    for (let step = 1; step <= all; step++) {
      ms = ((step + jitter[step]!) / steps) * seconds * 1000
      const done = Math.floor((step / steps) * total)
      model.take(isIngest ? settled(done, { done, total }) : written(done, total), ms)
    }
    const { eta_seconds: left = -1 } = model.state(ms)!
    const due = seconds - ms / 1000
    return Math.abs(left - due) <= 0.2 * due
  })
  t.doesNotThrow(() => fc.assert(law, { numRuns: 300 }))
})

t.test('never more than all is done', async (t) => {
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(1000), fc.nat(1000), (done, ahead, total) => {
      const model = modelOf()
      model.take(started('backup'), 0)
      model.take(written(done, total, { ahead }), 2000)
      const state = model.state(2000)!
      const isBounded = (state.share ?? 0) <= 1 && (state.total ?? done) >= done
      return isBounded && (state.eta_seconds ?? 0) >= 0 && Number.isFinite(state.eta_seconds ?? 0)
    }),
  )
  const model = modelOf()
  model.take(started('restore'), 0)
  model.take(written(8300, 8200), 1000)
  t.match(model.state(2000), { done: 8300, total: undefined, share: undefined, eta_seconds: undefined })
})

t.test('without a total there is no time left, and no share', async (t) => {
  const model = modelOf()
  model.take(started(), 0)
  for (let second = 1; second <= 10; second++) model.take(settled(second * 100), second * 1000)
  t.match(model.state(10_000), {
    done: 1000,
    rate_per_second: 100,
    bytes_in: 100_000,
    bytes_in_per_second: 10_000,
  })
  t.match(model.state(10_000), { eta_seconds: undefined, total: undefined, share: undefined })
})

t.test('what an earlier try had settled is done, and is no speed', async (t) => {
  const ingest = modelOf()
  ingest.take({ type: 'run_continued', run: 'r', line: 9000 }, 0)
  for (let second = 1; second <= 10; second++) {
    const done = 9000 + second * 10
    ingest.take(settled(done, { done, total: 10_000 }), second * 1000)
  }
  t.match(ingest.state(10_000), { done: 9100, share: 0.91, rate_per_second: 10, eta_seconds: 90 })
  t.equal(ingest.state(10_000)!.bytes_in, 9000, 'nor bytes of this one')
  const restore = modelOf()
  restore.take({ type: 'run_continued', run: 'r', parts_done: 3, kind: 'restore' }, 0)
  for (let second = 1; second <= 10; second++) restore.take(written(5000 + second, 6000), second * 1000)
  t.match(restore.state(10_000), { done: 5010, rate_per_second: 1, eta_seconds: 990 })
  const backup = modelOf()
  backup.take(started('backup'), 0)
  backup.take({ type: 'backup_resumed', archive: 'a', parts_kept: 1, parts: 2 }, 0)
  for (let second = 1; second <= 10; second++)
    backup.take(written(5000, 6000, { ahead: second }), second * 1000)
  t.match(backup.state(10_000), { done: 5000, ahead: 10, rate_per_second: 1 })
})

t.test('each phase, and each run, is counted again', async (t) => {
  const model = modelOf()
  t.equal(model.state(0), undefined, 'nothing is known')
  model.take(started('restore'), 0)
  t.equal(model.state(0), undefined)
  model.take(written(50_000, 50_000), 1000)
  t.equal(model.state(1000)!.rate_per_second, 50_000)
  for (let second = 2; second <= 6; second++) {
    model.take({ ...written(second * 10, 50_000), phase: 'reading back' } as RunEvent, second * 1000)
  }
  t.match(model.state(6000), { phase: 'reading back', rate_per_second: 10, seconds: 6 })
  const error = { code: 'ELYSIA_UNREACHABLE', message: 'away' } as const
  model.take({ type: 'retry', attempt: 1, wait_ms: 10, error }, 6000)
  model.take({ type: 'run_ended', run: 'r', status: 'done' }, 6500)
  t.match(model, { status: 'done' })
  t.match(model.state(6500), { retries: 1, run: 'r', kind: 'restore' })
  model.take({ ...started('ingest'), run: 's' } as RunEvent, 7000)
  t.match([model.status, model.state(7000)], [undefined, undefined])
  model.take(settled(10), 7500)
  t.match(model.state(8000), { retries: 0, run: 's', kind: 'ingest', seconds: 1 })
})

t.test('bytes are those of the run', async (t) => {
  const traffic = { rssBytes: 5, receivedBytes: 1000, sentBytes: 10 }
  const model = new RunProgress(() => ({ ...traffic }))
  model.take(started('backup'), 0)
  traffic.receivedBytes = 3000
  traffic.sentBytes = 60
  model.take(written(10, 100), 500)
  t.match(model.state(1000), { bytes_in: 2000, bytes_out: 50, rss_bytes: 5 })
})
