import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t, { type Test } from 'tap'
import { MemoryLimit } from '../../../lib/async/memoryLimit.ts'
import type { ThreadWork } from '../../../lib/async/thread/link.ts'
import { threadSource, threadStage } from '../../../lib/async/thread/threadStage.ts'
import { openThreads, type Threads } from '../../../lib/async/thread/threads.ts'
import { ElysiaError } from '../../../lib/core/errors.ts'
import { limitProcess } from '../../../lib/core/memory/limits.ts'
import { stageContract } from '../../contract/stage.ts'
import type { echo } from './works.ts'

const FILE = new URL('./works.ts', import.meta.url)
const ECHO: typeof echo.name = 'echo'
const threads = await openThreads(2, FILE)
t.teardown(() => threads.close())

const bytesOf = (line: number) => Uint8Array.of(line, 1, 2)
const parcel = (line: number) => {
  const bytes = bytesOf(line)
  return { value: { line, bytes }, transfer: [bytes.buffer] }
}
const input = () =>
  Array.from({ length: 20 }, (_, line) => ({ value: { line, bytes: bytesOf(line) }, transfer: [] }))

stageContract(t, 'threadStage', {
  make: () => threadStage({ threads, work: ECHO, data: undefined }),
  input,
  // Two on their way to the thread and from it, and those that each stream there and here may hold.
  holds: 12,
  keysIn: (chunk) => [(chunk as ReturnType<typeof parcel>).value.line],
  keysOut: (chunk) => [(chunk as { line: number }).line],
})

t.test(
  'bytes are handed over, not copied: here they are gone, and back they are the same ones',
  async (t) => {
    const sent = [0, 1, 2].map(parcel)
    const got: { line: number; bytes: Uint8Array }[] = []
    await pipeline(
      Readable.from(sent),
      threadStage({ threads, work: ECHO, data: undefined }),
      sinkOf((value) => got.push(value as (typeof got)[0])),
    )
    t.strictSame(
      got.map(({ bytes }) => [...bytes]),
      [0, 1, 2].map((line) => [2, 1, line]),
    )
    t.ok(
      sent.every(({ value }) => value.bytes.byteLength === 0),
      'nothing of them is left here',
    )
  },
)

t.test('many at once share the threads, and each keeps its order', async (t) => {
  const orders = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const lines: number[] = []
      const stage = threadStage({ threads, work: ECHO, data: undefined })
      await pipeline(
        Readable.from(input()),
        stage,
        sinkOf((value) => lines.push((value as { line: number }).line)),
      )
      return lines
    }),
  )
  for (const order of orders) t.strictSame(order, [...input().keys()])
})

t.test('an error of its stages is the error of the stage, with code, hint, cause and fields', async (t) => {
  const error = await failed({ threads, work: 'failing', data: 'coded' })
  t.match(error, {
    code: 'ELYSIA_DAMAGED',
    message: 'part 7 is damaged',
    hint: 'leave it out',
    part: 'part 7',
  })
  t.ok(error instanceof ElysiaError)
  t.match((error as Error).cause, { message: 'the bytes end early' })
})

t.test('a thread that dies ends its stage with what it died of, and the next one works', async (t) => {
  const deaths = { exit: /ended by itself/, throw: /nobody catches this/ }
  for (const [data, fact] of Object.entries(deaths)) {
    const mortal = await openThreads(1, FILE)
    const error = await failed({ threads: mortal, work: 'failing', data })
    t.match(error, { code: 'ELYSIA_INTERNAL', message: fact, hint: /--threads 0/ }, data)
    await mortal.close()
  }
  t.equal((await flow(t, { threads, work: ECHO, data: undefined })).length, 20)
})

t.test('what is asked to stop ends well, and the stream errors with the reason of that', async (t) => {
  const stop = new AbortController()
  const reason = new Error('that is enough')
  const source = threadSource({ threads, work: 'counting', data: undefined, stop: stop.signal })
  const seen: unknown[] = []
  const reader = sinkOf((value) => {
    seen.push(value)
    if (seen.length === 5) stop.abort(reason)
  })
  await t.rejects(pipeline(source, reader), reason)
  t.strictSame(seen.slice(0, 5), [0, 1, 2, 3, 4])
})

async function failed(work: ThreadWork): Promise<unknown> {
  try {
    await pipeline(
      Readable.from(input()),
      threadStage(work),
      sinkOf(() => {}),
    )
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}

async function flow(_: Test, work: ThreadWork): Promise<unknown[]> {
  const got: unknown[] = []
  await pipeline(
    Readable.from(input()),
    threadStage(work),
    sinkOf((value) => got.push(value)),
  )
  return got
}

function sinkOf(take: (value: unknown) => void): Writable {
  return new Writable({
    objectMode: true,
    write(value, _, done) {
      take(value)
      done()
    },
  })
}

t.test('a limit on memory holds in threads that begin under it', async (t) => {
  const heard = async (under: Threads) => {
    const { signal } = new AbortController()
    return threadSource({ threads: under, work: 'limits', data: undefined, stop: signal }).toArray()
  }
  const passed = () => {}
  const lifts = [
    limitProcess({ scale: 0.5, roomBytes: 1e6, passed }),
    limitProcess({ scale: 0.7, roomBytes: 1e5, passed }),
  ]
  const limited = await openThreads(1, FILE)
  for (const lift of lifts) lift()
  const free = await openThreads(1, FILE)
  t.strictSame(await heard(limited), [{ isLimited: true, buffer: 500, room: 1e5 }])
  t.match(await heard(free), [{ isLimited: false, buffer: 1000 }])
  await Promise.all([limited.close(), free.close()])
})

t.test('a thread under a limit collects its own garbage once enough of it has passed', async (t) => {
  const MIB = 1024 * 1024
  const collected = async (limitBytes: number, data: number) => {
    const lift = limitProcess(new MemoryLimit({ bytes: limitBytes }))
    const threads = await openThreads(1, FILE)
    lift()
    const [isCollected] = await threadSource<boolean>({ threads, work: 'collecting', data }).toArray()
    await threads.close()
    return isCollected
  }
  t.equal(await collected(20 * MIB, 2 * MIB), true, 'tight')
  t.equal(await collected(20 * MIB, 1000), false, 'too little')
  t.equal(await collected(1024 * 1024 * MIB, 1024 * 1024 * MIB), false, 'not tight')
})
