import { setTimeout as wait } from 'node:timers/promises'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { publishBytes } from '../../core/channel/bytes.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { errorOf } from './fault.ts'
import type { FromThread, ToThread } from './messages.ts'
import type { Threads } from './threads.ts'

/** Work for a thread, used as a stage or a source. */
export interface ThreadWork {
  readonly threads: Threads
  /** The export of the threads' file that does it. */
  readonly work: string
  /** Its input, which is copied. */
  readonly data: unknown
  /** Asks the work to end gracefully; the stream then errors with its reason. */
  readonly stop?: AbortSignal | undefined
}

/** Messages from a thread. */
export interface LinkEvents {
  chunk(value: unknown): void
  /** Another chunk may be sent. */
  more(): void
  end(): void
  fault(error: unknown): void
}

/** How long the library may take to report why a thread died. */
const DEATH_MS = 500
/** How long a thread may take to end work that is no longer needed. */
const LET_GO_MS = 10_000

/** This side of the port between a stream and its thread. */
export class ThreadLink {
  readonly #port: MessagePort
  readonly #work: ThreadWork
  readonly #on: LinkEvents
  /** Settles when the thread has ended its work, with the thread's error if it died. */
  readonly #ended: Promise<unknown>
  #isOver = false

  constructor(work: ThreadWork, on: LinkEvents) {
    this.#work = work
    this.#on = on
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    this.#ended = work.threads.run(work.work, port2, work.data).then(
      () => undefined,
      (error: unknown) => error ?? new Error('it failed'),
    )
    port1.on('message', (message: FromThread) => this.#hear(message))
    // The port of a dying thread is closed before the library reports the cause.
    port1.once('close', () => this.#closed())
    this.#ended.then((error) => {
      if (error !== undefined) this.#die(error)
    })
    work.stop?.addEventListener('abort', this.#askToStop, { once: true })
    if (work.stop?.aborted === true) this.#askToStop()
  }

  send(value: unknown, transfer: readonly ArrayBuffer[]): void {
    this.#port.postMessage({ type: 'chunk', value } satisfies ToThread, [...transfer])
  }

  tell(type: 'end' | 'more' | 'stop'): void {
    this.#port.postMessage({ type } satisfies ToThread)
  }

  /** Resolves when the thread has stopped working for this stream. */
  async close(): Promise<void> {
    const isDead = this.#isOver
    this.#isOver = true
    this.#work.stop?.removeEventListener('abort', this.#askToStop)
    this.#port.close()
    if (isDead) return
    const inTime = new AbortController()
    const late = wait(LET_GO_MS, undefined, { ref: false, signal: inTime.signal }).catch(() => {})
    await Promise.race([this.#ended, late])
    inTime.abort()
  }

  readonly #askToStop = () => this.tell('stop')

  #hear(message: FromThread): void {
    if (this.#isOver) return
    const { type } = message
    if (type === 'chunk') this.#on.chunk(message.value)
    else if (type === 'more') this.#on.more()
    else if (type === 'moved')
      for (const one of message.bytes) publishBytes(one.place, one.bytesIn, one.bytesOut)
    else if (type === 'end') this.#on.end()
    else this.#on.fault(type === 'stopped' ? this.#work.stop?.reason : errorOf(message.fault))
  }

  async #closed(): Promise<void> {
    if (this.#isOver) return
    this.#die(await Promise.race([this.#ended, wait(DEATH_MS)]))
  }

  #die(cause: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    const fact = cause === undefined ? 'it ended by itself' : messageOf(cause)
    const error = new ElysiaError('ELYSIA_INTERNAL', `the thread of ${this.#work.work} died: ${fact}`, {
      ...(cause !== undefined && { cause }),
      hint: 'run the same command again with --threads 0, which works without threads',
    })
    this.#on.fault(error)
  }
}
