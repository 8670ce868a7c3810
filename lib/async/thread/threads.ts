import type { MessagePort } from 'node:worker_threads'
import type { Tinypool } from 'tinypool'

/** Threads of the processor's own that work for this one. They are kept until they are closed. */
export interface Threads {
  /** How many there are. */
  readonly count: number
  /** Has work done in one of them, which is named by the file that they have loaded. It settles with the work. */
  run(work: string, port: MessagePort, data: unknown): Promise<void>
  /** Ends them all, and what they still do with them. */
  close(): Promise<void>
}

/** What a thread is called with. */
export interface ThreadTask<Data = unknown> {
  readonly port: MessagePort
  readonly data: Data
}

/** So many pieces of work take turns in a thread: each waits for its reader or the disk meanwhile. */
const AT_ONCE = 64

/**
 * Opens threads; each loads `file`, whose exports are the work that they do: functions of a `ThreadTask`. Memory: 30
 * MB for each thread, and what its work holds.
 */
export async function openThreads(count: number, file: URL): Promise<Threads> {
  const { Tinypool } = await import('tinypool')
  return new Pool(
    new Tinypool({
      filename: file.href,
      // All of them at once: with fewer the library gives work to a thread that is busy while it makes another.
      minThreads: count,
      maxThreads: count,
      concurrentTasksPerWorker: AT_ONCE,
      // A thread that waits in an atomic does not end what it still has to.
      useAtomics: false,
    }),
    count,
  )
}

class Pool implements Threads {
  readonly count: number
  readonly #pool: Tinypool
  readonly #watched = new WeakSet<object>()
  #closing = false

  constructor(pool: Tinypool, count: number) {
    this.#pool = pool
    this.count = count
    // Of a thread that dies without work nobody needs to know.
    pool.on('error', () => {})
    this.#watch()
  }

  async run(work: string, port: MessagePort, data: unknown): Promise<void> {
    const task: ThreadTask = { port, data }
    await this.#pool.run(task, { name: work, transferList: [port] })
  }

  close(): Promise<void> {
    this.#closing = true
    return this.#pool.destroy()
  }

  /** The library replaces a thread that dies of an error, and knows nothing of one that ends by itself. */
  #watch(): void {
    for (const thread of this.#pool.threads) {
      if (this.#watched.has(thread)) continue
      this.#watched.add(thread)
      let died = false
      thread.once('error', () => {
        died = true
        setImmediate(() => this.#watch())
      })
      thread.once('exit', () => {
        if (!died && !this.#closing) thread.emit('error', new Error('it ended by itself'))
      })
    }
  }
}
