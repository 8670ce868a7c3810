import { once } from 'node:events'
import { type Duplex, Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { isMainThread, type MessagePort } from 'node:worker_threads'
import { ByteMeter } from '../../core/channel/byteMeter.ts'
import { faultOf } from './fault.ts'
import { Incoming } from './incoming.ts'
import { limitThread } from './limitThread.ts'
import type { FromThread, Parcel, ToThread } from './messages.ts'
import { Outgoing } from './outgoing.ts'

/** Signals that end the work of a thread from outside. */
export interface ThreadSignals {
  /** The result is no longer needed. */
  readonly signal: AbortSignal
  /** Start nothing new, finish what has started, and fail with the reason of this signal. */
  readonly stop: AbortSignal
}

/** The work of a thread: stages whose last one emits parcels. If the first one is a source, there is no input. */
export type ThreadStages = readonly [Readable | Duplex, ...Duplex[]]

/**
 * Does the work of a `threadStage` or a `threadSource` in a thread. Never fails: errors are reported through the
 * port. Settles once the other side has closed the port. Memory: what the stages hold, and two chunks on either side.
 */
export async function serveThread(
  port: MessagePort,
  make: (signals: ThreadSignals) => ThreadStages | Promise<ThreadStages>,
): Promise<void> {
  limitThread()
  const [ended, stop] = [new AbortController(), new AbortController()]
  const closed = once(port, 'close').then(() => ended.abort())
  const tell = (message: FromThread) => port.postMessage(message)
  const [input, output] = [new PortSource(port), new PortSink(port)]
  port.on('message', (message: ToThread) => {
    if (message.type === 'more') output.more()
    else if (message.type === 'stop') stop.abort(new Error('asked to stop'))
    else input.hear(message)
  })
  const telling = reportBytes(tell)
  try {
    const stages = await make({ signal: ended.signal, stop: stop.signal })
    const flow = 'write' in stages[0] ? [input, ...stages, output] : [...stages, output]
    await pipeline(flow as [Readable, ...Duplex[], Writable], { signal: ended.signal })
    telling.end()
    tell({ type: 'end' })
  } catch (error) {
    telling.end()
    const isStopped = stop.signal.aborted && error === stop.signal.reason
    tell(isStopped ? { type: 'stopped' } : { type: 'fault', fault: faultOf(error) })
  }
  await closed
}

const TELL_EVERY_MS = 1000

/** The byte counts reported for this thread so far; it may do several pieces of work at once. */
const reportedBytes = new Map<string, { readonly in: number; readonly out: number }>()
let meter: ByteMeter | undefined

/** Reports each second, and at the end, the bytes that files and stores of this thread read and wrote. */
function reportBytes(tell: (message: FromThread) => void): { end(): void } {
  // Observers in this thread see the counts themselves.
  if (isMainThread) return { end() {} }
  meter ??= new ByteMeter()
  const look = () => {
    const bytes = [...meter!.totals()].map(([place, now]) => {
      const before = reportedBytes.get(place) ?? { in: 0, out: 0 }
      reportedBytes.set(place, now)
      return { place, bytesIn: now.in - before.in, bytesOut: now.out - before.out }
    })
    const news = bytes.filter(({ bytesIn, bytesOut }) => bytesIn + bytesOut > 0)
    if (news.length > 0) tell({ type: 'moved', bytes: news })
  }
  const timer = setInterval(look, TELL_EVERY_MS).unref()
  return {
    end() {
      clearInterval(timer)
      look()
    },
  }
}

class PortSource extends Readable {
  readonly #incoming: Incoming

  constructor(port: MessagePort) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#incoming = new Incoming(this, () => port.postMessage({ type: 'more' } satisfies FromThread))
  }

  hear(message: Extract<ToThread, { type: 'chunk' | 'end' }>): void {
    if (message.type === 'chunk') this.#incoming.take(message.value)
    else this.push(null)
  }

  override _read(): void {
    this.#incoming.read()
  }
}

class PortSink extends Writable {
  readonly #port: MessagePort
  readonly #outgoing = new Outgoing()

  constructor(port: MessagePort) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#port = port
  }

  more(): void {
    this.#outgoing.more()
  }

  override _write({ value, transfer }: Parcel, _: BufferEncoding, done: () => void): void {
    this.#port.postMessage({ type: 'chunk', value } satisfies FromThread, [...transfer])
    this.#outgoing.sent(done)
  }
}
