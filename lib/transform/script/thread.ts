import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import type { Answer } from './answer.ts'
import type { Answers, FromScript, ScriptExports } from './messages.ts'
import { packedPage, unpackedAnswer } from './page.ts'
import type { ScriptThreadData } from './worker.ts'

/** The memory limit of a thread: a script that collects more fails. */
const MOST_MEGABYTES = 1024
/** A hanging object is detected at most this fraction of the time limit late. */
const LOOKS_PER_TIMEOUT = 8

/** What a thread needs to start. */
export interface ThreadOptions {
  readonly url: URL
  readonly timeoutMs: number
  /** Called with the script's output as it comes. */
  readonly onOutput?: ((text: string) => void) | undefined
}

/** How far a thread got with a list of objects. */
export interface ScriptResult {
  /** The answers for the first objects, in order. */
  readonly answers: readonly Answer[]
  /** Set if the thread ended early: at which object, −1 before the first, and why. */
  readonly death?: { readonly at: number; readonly reason: string }
}

/** The caller that waits for answers. */
interface PendingRequest {
  take(answers: Answers): void
  die(reason: string): void
}

/** A thread that runs a script. It takes one list of objects at a time. */
export class ScriptThread {
  readonly exports: ScriptExports
  readonly #worker: Worker
  readonly #begun: Int32Array
  readonly #timeoutMs: number
  #death: string | undefined
  #asking: PendingRequest | undefined

  private constructor(worker: Worker, begun: Int32Array, exports: ScriptExports, timeoutMs: number) {
    this.exports = exports
    this.#worker = worker
    this.#begun = begun
    this.#timeoutMs = timeoutMs
    worker.on('message', (message: FromScript) => {
      if (message.kind === 'answers') this.#asking?.take(message.answers)
    })
    void deathOf(worker).then((reason) => {
      this.#death ??= reason
      this.#asking?.die(reason)
    })
    // A thread that waits for objects must not keep the process alive.
    worker.unref()
  }

  /** @throws ElysiaError ELYSIA_USAGE if the script cannot be loaded in time, or exports no function */
  static async start({ url, timeoutMs, onOutput }: ThreadOptions): Promise<ScriptThread> {
    const begunCount = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
    const workerData: ScriptThreadData = { url: url.href, timeoutMs, begun: begunCount }
    const resourceLimits = { maxOldGenerationSizeMb: MOST_MEGABYTES }
    const worker = new Worker(workerUrl(), { workerData, resourceLimits, env: withoutOwn(process.env) })
    worker.on('message', (message: FromScript) => {
      if (message.kind === 'printed') onOutput?.(message.text)
    })
    const loaded = await Promise.race([loadedOf(worker), deathOf(worker), silence(timeoutMs)])
    if (typeof loaded !== 'string') return new ScriptThread(worker, begunCount, loaded, timeoutMs)
    await worker.terminate()
    throw new ElysiaError('ELYSIA_USAGE', `the script ${fileURLToPath(url)} cannot be used: ${loaded}`, {
      hint: 'docs/transforms.md shows a script',
    })
  }

  get ended(): boolean {
    return this.#death !== undefined
  }

  /** Sends objects, and waits until all are answered or the thread has ended. @throws the reason of the signal */
  async ask(objects: readonly StoredObject[], signal: AbortSignal | undefined): Promise<ScriptResult> {
    const answers: Answer[] = []
    const before = Atomics.load(this.#begun, 0)
    const over = new AbortController()
    try {
      this.#worker.ref()
      const reason = await new Promise<string | undefined>((resolve, reject) => {
        const take = (more: Answers) => {
          for (const answer of more) answers.push(unpackedAnswer(answer, objects[answers.length]!))
          if (answers.length >= objects.length) resolve(undefined)
        }
        this.#asking = { take, die: resolve }
        if (this.#death !== undefined) return resolve(this.#death)
        if (signal?.aborted) return reject(signal.reason)
        signal?.addEventListener('abort', () => reject(signal.reason), { signal: over.signal })
        this.#onStandstill(resolve, over.signal)
        this.#worker.postMessage(packedPage(objects))
      })
      if (reason === undefined) return { answers }
      await this.end(reason)
      const at = Math.min(Atomics.load(this.#begun, 0) - before, objects.length) - 1
      return { answers, death: { at, reason } }
    } finally {
      over.abort()
      this.#asking = undefined
      this.#worker.unref()
    }
  }

  async end(reason = 'it was ended'): Promise<void> {
    this.#death ??= reason
    await this.#worker.terminate()
  }

  /** Calls back once the thread has spent too long on one object. */
  #onStandstill(call: (reason: string) => void, over: AbortSignal): void {
    let [seen, since] = [Atomics.load(this.#begun, 0), performance.now()]
    const look = () => {
      const begun = Atomics.load(this.#begun, 0)
      if (begun !== seen) [seen, since] = [begun, performance.now()]
      else if (performance.now() - since > this.#timeoutMs * LATER_THAN_ITSELF) {
        call(`it gave no answer in ${this.#timeoutMs} ms`)
      }
    }
    const timer = setInterval(look, Math.max(5, this.#timeoutMs / LOOKS_PER_TIMEOUT))
    over.addEventListener('abort', () => clearInterval(timer))
  }
}

/** A thread that is not blocked detects a late promise itself, and continues. */
const LATER_THAN_ITSELF = 1.125

/** The environment for a script, without the command's own variables: they include keys of stores and masks. */
function withoutOwn(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const others = Object.entries(environment).filter(([name]) => !/^ELYSIACTL_/i.test(name))
  return Object.fromEntries(others)
}

/** The thread's file: beside this one, or in dist/lib if the command is one file (dist/bin/main.cjs). */
function workerUrl(): URL {
  const here = import.meta.url
  if (here.endsWith('.cjs')) return new URL('../lib/transform/script/worker.js', here)
  return new URL(`./worker${here.endsWith('.ts') ? '.ts' : '.js'}`, here)
}

function loadedOf(worker: Worker): Promise<ScriptExports | string> {
  return new Promise((resolve) => {
    const onMessage = (message: FromScript) => {
      if (message.kind === 'printed') return
      worker.off('message', onMessage)
      resolve(message.kind === 'loaded' ? message.exports : message.kind === 'unusable' ? message.reason : '')
    }
    worker.on('message', onMessage)
  })
}

function deathOf(worker: Worker): Promise<string> {
  return new Promise((resolve) => {
    worker.once('error', (error) => resolve(`it ended its thread: ${messageOf(error)}`))
    worker.once('exit', () => resolve('it ended its thread'))
  })
}

const LOADING_AT_LEAST_MS = 10_000

/** Loading may take longer than an object, since a script may import anything. */
function silence(timeoutMs: number): Promise<string> {
  const ms = Math.max(timeoutMs, LOADING_AT_LEAST_MS)
  return new Promise((resolve) => {
    setTimeout(() => resolve(`it was not loaded in ${ms} ms`), ms).unref()
  })
}
