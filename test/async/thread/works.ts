/** What the threads of these tests load. */
import { Readable, Transform } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import type { Parcel } from '../../../lib/async/thread/messages.ts'
import { serveThread } from '../../../lib/async/thread/serve.ts'
import type { ThreadTask } from '../../../lib/async/thread/threads.ts'
import { ElysiaError } from '../../../lib/core/errors.ts'
import { isLimited, noteGarbage, roomBytes, scaledToMemory } from '../../../lib/core/memory/limits.ts'
import { mapChunks } from '../../../lib/stream/mapChunks.ts'

/** Gives back each chunk, with its bytes turned around. */
export function echo({ port }: ThreadTask): Promise<void> {
  return serveThread(port, () => [
    mapChunks(({ line, bytes }: { line: number; bytes: Uint8Array<ArrayBuffer> }): Parcel => {
      return { value: { line, bytes: bytes.reverse() }, transfer: [bytes.buffer] }
    }),
  ])
}

/** Fails at its third chunk as it is asked to. */
export function failing({ port, data }: ThreadTask<'coded' | 'exit' | 'throw'>): Promise<void> {
  let chunks = 0
  return serveThread(port, () => [
    mapChunks((value: unknown): Parcel => {
      chunks += 1
      if (chunks === 3) fail(data)
      return { value, transfer: [] }
    }),
  ])
}

function fail(how: 'coded' | 'exit' | 'throw'): void {
  if (how === 'exit') process.exit(7)
  if (how === 'throw') process.nextTick(throwNow)
  if (how === 'coded') {
    const cause = new Error('the bytes end early')
    const error = new ElysiaError('ELYSIA_DAMAGED', 'part 7 is damaged', { cause, hint: 'leave it out' })
    throw Object.assign(error, { part: 'part 7' })
  }
}

function throwNow(): never {
  throw new Error('nobody catches this')
}

/** Counts for ever, and ends well when it is asked to stop. */
export function counting({ port }: ThreadTask): Promise<void> {
  return serveThread(port, ({ stop }) => {
    async function* count() {
      for (let n = 0; ; n++) {
        stop.throwIfAborted()
        await wait(1)
        yield { value: n, transfer: [] }
      }
    }
    return [Transform.from(count()) as Transform]
  })
}

/** Tells whether garbage was collected, because so many bytes of it passed. */
export function collecting({ port, data }: ThreadTask<number>): Promise<void> {
  return serveThread(port, () => {
    async function* tries() {
      const garbage = new WeakRef({ bytes: Buffer.alloc(1024) })
      await wait(1)
      noteGarbage(data)
      yield { value: garbage.deref() === undefined, transfer: [] }
    }
    return [Readable.from(tries())]
  })
}

/** Tells how large a buffer may be in a thread that usually has 1000 bytes. */
export function limits({ port }: ThreadTask): Promise<void> {
  const value = { isLimited: isLimited(), buffer: scaledToMemory(1000), room: roomBytes() }
  return serveThread(port, () => [Readable.from([{ value, transfer: [] }])])
}
