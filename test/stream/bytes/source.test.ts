import { once } from 'node:events'
import { createReadStream, writeFileSync } from 'node:fs'
import { PassThrough, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { stoppableSource } from '../../../lib/stream/bytes/source.ts'

const NEVER = new AbortController().signal

async function text(stream: Readable): Promise<string> {
  return Buffer.concat(await stream.toArray()).toString()
}

t.test('stoppable: passes a file through, and an empty source', async (t) => {
  const path = `${t.testdir()}/input`
  const lines = 'one line of text\n'.repeat(50_000)
  writeFileSync(path, lines)
  t.equal(await text(stoppableSource(createReadStream(path), NEVER)), lines)
  t.equal(await text(stoppableSource(Readable.from([]), NEVER)), '')
})

t.test('stoppable: ends at once when stopped while the source waits for data', async (t) => {
  const source = new PassThrough()
  const stop = new AbortController()
  const stream = stoppableSource(source, stop.signal)
  const whole = text(stream)
  source.write('begun')
  await turn()
  stop.abort()
  t.equal(await whole, 'begun')
  t.ok(source.destroyed, 'the source is let go')
})

t.test('stoppable: one that is stopped before it begins is empty, and lets its source go', async (t) => {
  const source = Readable.from(['data'])
  t.equal(await text(stoppableSource(source, AbortSignal.abort())), '')
  t.ok(source.destroyed)
})

t.test('stoppable: stopped while its reader is slow, it still ends cleanly', async (t) => {
  const stop = new AbortController()
  let chunks = 0
  await pipeline(stoppableSource(endless(), stop.signal), async (bytes: AsyncIterable<Buffer>) => {
    for await (const _chunk of bytes) {
      if (++chunks === 3) stop.abort()
      await turn()
    }
  })
  t.ok(chunks >= 3 && chunks <= 5, `${chunks} chunks`)
})

t.test('stoppable: an error of the source is its own', async (t) => {
  await t.rejects(text(stoppableSource(createReadStream(`${t.testdir()}/none`), NEVER)), { code: 'ENOENT' })
})

t.test('stoppable: a source that is closed before its end is an error, not an end', async (t) => {
  const source = new PassThrough()
  const whole = text(stoppableSource(source, NEVER))
  source.write('half')
  await turn()
  source.destroy()
  await t.rejects(whole, { code: 'ELYSIA_INPUT' })
})

t.test('stoppable: takes no more from the source than its reader asks for', async (t) => {
  const source = endless()
  const stream = stoppableSource(source, NEVER)
  await once(stream, 'readable')
  for (let turns = 0; turns < 20; turns++) await turn()
  t.ok(stream.readableLength <= 2 * 1024, `${stream.readableLength} bytes wait`)
  stream.destroy()
  t.ok(source.destroyed, 'destroyed, it takes the source with it')
})

t.test('stoppable: leaves no listener on the signal', async (t) => {
  const stop = new AbortController()
  const listeners: string[] = []
  const { signal } = stop
  const remove = signal.removeEventListener.bind(signal)
  signal.removeEventListener = (type: string, ...rest: [() => void]) => {
    listeners.push(type)
    remove(type, ...rest)
  }
  await text(stoppableSource(Readable.from([Buffer.from('x')], { objectMode: false }), signal))
  t.strictSame(listeners, ['abort'])
})

function endless(): Readable {
  return new Readable({
    highWaterMark: 1024,
    read() {
      this.push(Buffer.alloc(1024))
    },
  })
}
