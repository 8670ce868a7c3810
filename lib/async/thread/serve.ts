import { once } from 'node:events'
import { type Duplex, Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { MessagePort } from 'node:worker_threads'
import { faultOf } from './fault.ts'
import { Incoming } from './incoming.ts'
import type { FromThread, Parcel, ToThread } from './messages.ts'
import { Outgoing } from './outgoing.ts'

/** What ends the work of a thread from outside. */
export interface ThreadSignals {
  /** Nobody wants its result any more. */
  readonly signal: AbortSignal
  /** Begin nothing new, finish what is begun, and fail with the reason of this signal. */
  readonly stop: AbortSignal
}

/** What a thread does: stages whose last one gives parcels. Where the first one is a source, nothing comes in. */
export type ThreadStages = readonly [Readable | Duplex, ...Duplex[]]

/**
 * In a thread: does the work of a `threadStage`, or of a `threadSource`. Never fails: what goes wrong is told through
 * the port. It settles once the other side has closed that. Memory: what the stages hold, and two chunks on either side.
 */
export async function serve(
  port: MessagePort,
  make: (signals: ThreadSignals) => ThreadStages | Promise<ThreadStages>,
): Promise<void> {
  const [ended, stop] = [new AbortController(), new AbortController()]
  const closed = once(port, 'close').then(() => ended.abort())
  const tell = (message: FromThread) => port.postMessage(message)
  const [input, output] = [new PortSource(port), new PortSink(port)]
  port.on('message', (message: ToThread) => {
    if (message.type === 'more') output.more()
    else if (message.type === 'stop') stop.abort(new Error('asked to stop'))
    else input.hear(message)
  })
  try {
    const stages = await make({ signal: ended.signal, stop: stop.signal })
    const flow = 'write' in stages[0] ? [input, ...stages, output] : [...stages, output]
    await pipeline(flow as [Readable, ...Duplex[], Writable], { signal: ended.signal })
    tell({ type: 'end' })
  } catch (error) {
    const isStopped = stop.signal.aborted && error === stop.signal.reason
    tell(isStopped ? { type: 'stopped' } : { type: 'fault', fault: faultOf(error) })
  }
  await closed
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
