import { Readable } from 'node:stream'
import t from 'tap'
import { type Measure, type MeterOptions, meter } from '../../lib/stream/meter.ts'

async function measure(chunks: unknown[], options: Partial<MeterOptions> = {}): Promise<Measure[]> {
  const told: Measure[] = []
  const stage = meter({ onProgress: (measure) => told.push(measure), ...options })
  const out = await Readable.from(chunks).pipe(stage).toArray()
  t.strictSame(out, chunks)
  return told
}

t.test('meter: counts chunks, what arrays hold, and the bytes of buffers', async (t) => {
  const told = await measure([Buffer.alloc(10), Buffer.alloc(5), ['a', 'b'], []])
  t.equal(told.length, 1, 'once at the end when it is quick')
  t.match(told[0], { chunks: 4, records: 4, bytes: 15 })
  t.ok(told[0]!.seconds > 0)
  t.ok(Math.abs(told[0]!.rate * told[0]!.seconds - 4) < 1e-6)
})

t.test('meter: of lines, bytes is how far in the input the last one reached', async (t) => {
  const line = (end: number) => ({ line: 1, end, text: '' })
  t.match((await measure([line(10), [line(20), line(35)]])).at(-1), { records: 3, bytes: 35 })
})

t.test('meter: calls back as it goes when the time has come', async (t) => {
  const told = await measure([1, 2, 3], { everyMs: 0 })
  t.strictSame(
    told.map(({ records }) => records),
    [1, 2, 3, 3],
  )
})

t.test('meter: an empty flow is told once, with a rate of 0', async (t) => {
  t.match(await measure([]), [{ chunks: 0, records: 0, bytes: 0, rate: 0 }])
})

t.test('meter: a callback that throws ends the flow with its error', async (t) => {
  const onProgress = () => {
    throw new Error('no room on the dashboard')
  }
  for (const everyMs of [0, 1000]) {
    const flow = Readable.from([1, 2]).pipe(meter({ everyMs, onProgress }))
    await t.rejects(flow.toArray(), { message: 'no room on the dashboard' })
  }
})
