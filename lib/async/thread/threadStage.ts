import { Duplex, Readable } from 'node:stream'
import type { Source, Stage } from '../../core/stage.ts'
import { Incoming } from './incoming.ts'
import { ThreadLink, type ThreadWork } from './link.ts'
import type { Parcel } from './messages.ts'
import { Outgoing } from './outgoing.ts'

/**
 * A stage that does its work in a thread: parcels → values, in order. The buffers of a parcel are transferred, so
 * they can no longer be used here. Memory: two chunks on either side of the thread, and what its stages hold. Errors:
 * those of its stages, with their codes; ELYSIA_INTERNAL if the thread dies; the reason of `stop`
 */
export function threadStage<In, Out>(work: ThreadWork): Stage<Parcel<In>, Out> {
  return new ThreadStage(work)
}

/**
 * A source whose work is done in a thread, without input. It begins on the first read. `make` converts what comes
 * out of the thread.
 */
export function threadSource<Value, Out = Value>(
  work: ThreadWork,
  make: (value: Value) => Out = (value) => value as unknown as Out,
): Source<Out> {
  return new ThreadSource(work, make)
}

class ThreadSource<Value, Out> extends Readable {
  readonly #work: ThreadWork
  readonly #make: (value: Value) => Out
  readonly #incoming = new Incoming(this, () => this.#link?.tell('more'))
  #link: ThreadLink | undefined

  constructor(work: ThreadWork, make: (value: Value) => Out) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#work = work
    this.#make = make
  }

  override _read(): void {
    if (this.#link === undefined) this.#open()
    else this.#incoming.read()
  }

  #open(): void {
    this.#link = new ThreadLink(this.#work, {
      chunk: (value) => this.#take(value as Value),
      more: () => {},
      end: () => this.push(null),
      fault: (error) => this.destroy(error as Error),
    })
  }

  #take(value: Value): void {
    try {
      this.#incoming.take(this.#make(value))
    } catch (error) {
      this.destroy(error as Error)
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    Promise.resolve(this.#link?.close()).then(() => done(error))
  }
}

class ThreadStage extends Duplex {
  readonly #incoming = new Incoming(this, () => this.#link.tell('more'))
  readonly #outgoing = new Outgoing()
  readonly #link: ThreadLink

  constructor(work: ThreadWork) {
    super({ objectMode: true, writableHighWaterMark: 1, readableHighWaterMark: 1 })
    this.#link = new ThreadLink(work, {
      chunk: (value) => this.#incoming.take(value),
      more: () => this.#outgoing.more(),
      end: () => this.push(null),
      fault: (error) => this.destroy(error as Error),
    })
  }

  override _write({ value, transfer }: Parcel, _: BufferEncoding, done: () => void): void {
    this.#link.send(value, transfer)
    this.#outgoing.sent(done)
  }

  override _final(done: () => void): void {
    this.#link.tell('end')
    done()
  }

  override _read(): void {
    this.#incoming.read()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#link.close().then(() => done(error))
  }
}
