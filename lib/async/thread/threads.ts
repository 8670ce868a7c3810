import type { MessagePort } from 'node:worker_threads'
import type { Tinypool } from 'tinypool'

/** Worker threads. They are kept until they are closed. */
export interface Threads {
  /** How many there are. */
  readonly count: number
  /** Does work in one of the threads; `work` names an export of their file. Settles with the work. */
  run(work: string, port: MessagePort, data: unknown): Promise<void>
  /** Ends all threads, and any work in progress. */
  close(): Promise<void>
}

/** The argument of a thread's work. */
export interface ThreadTask<Data = unknown> {
  readonly port: MessagePort
  readonly data: Data
}

/** How many pieces of work share a thread: each of them waits for its reader or the disk from time to time. */
const AT_ONCE = 64

/**
 * Opens threads; each loads `file`, whose exports are the available work: functions of a `ThreadTask`. Memory: 30 MB
 * per thread, and what its work holds.
 */
export async function openThreads(count: number, file: URL): Promise<Threads> {
  const { Tinypool } = await import('tinypool')
  return new Pool(
    new Tinypool({
      filename: file.href,
      // Starts all at once: with fewer, the library gives work to a busy thread while it starts another.
      minThreads: count,
      maxThreads: count,
      concurrentTasksPerWorker: AT_ONCE,
      // A thread that waits with an atomic does not end its remaining work.
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
    // The death of a thread without work does not matter.
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

  /** The library replaces a thread that dies of an error, but does not notice one that ends by itself. */
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
