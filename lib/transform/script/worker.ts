// The thread of a script: loads it, then answers each page that comes, object by object.
import { parentPort, workerData } from 'node:worker_threads'
import type { StoredObject } from '../../core/object.ts'
import { nameUuid } from '../../core/value/nameUuid.ts'
import { type Answer, answerOf } from './answer.ts'
import { exportsOf } from './exports.ts'
import { freezeObject } from './freezeObject.ts'
import type { FromScript } from './messages.ts'
import { type PackedAnswer, type PageMessage, packedAnswer, unpackedPage } from './page.ts'

/** What the thread of a script is started with. */
export interface ScriptThreadData {
  /** The file URL of the script. */
  readonly url: string
  /** The time limit for one object, in milliseconds. */
  readonly timeoutMs: number
  /** One number: how many objects of all pages have begun, so that another thread can detect a hang. */
  readonly begun: Int32Array
}

/** Answers wait for later ones no longer than this, so that a hang loses little. */
const FLUSH_AFTER_MS = 25

const { url, timeoutMs, begun } = workerData as ScriptThreadData
const port = parentPort!

function send(message: FromScript): void {
  port.postMessage(message)
}

/**
 * Sends output as messages, in order with the answers: a thread's streams would keep the process of its owner alive.
 */
function sendWhatIsPrinted(): void {
  for (const output of [process.stdout, process.stderr]) {
    output.write = (chunk: string | Uint8Array) => {
      send({ kind: 'printed', text: typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString() })
      return true
    }
  }
}

async function load() {
  try {
    const loaded = exportsOf((await import(url)) as Record<string, unknown>)
    const { run, ...exports } = loaded
    send({ kind: 'loaded', exports: structuredClone(exports) })
    return loaded
  } catch (error) {
    send({ kind: 'unusable', reason: error instanceof Error ? error.message : String(error) })
    return undefined
  }
}

function failed(error: unknown): Answer {
  return {
    kind: 'failed',
    reason: `it threw ${error instanceof Error ? String(error) : JSON.stringify(error)}`,
  }
}

const TIMED_OUT = Symbol('timed out')

/** The value of a promise, unless it takes too long. */
async function inTime(promise: PromiseLike<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve(TIMED_OUT), timeoutMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null)?.then === 'function'
}

sendWhatIsPrinted()
const script = await load()

/** The current object: a script has one at a time. */
let at: StoredObject | undefined
const context = Object.freeze({ childId: (name: unknown) => nameUuid(at!.id, String(name)) })

/** Returns a promise only if the script does: most do not, and a page has hundreds of objects. */
function answer(object: StoredObject): Answer | Promise<Answer> {
  at = freezeObject(object)
  try {
    const returned = script!.run(object, context)
    return isThenable(returned) ? later(returned, object) : answerOf(returned, object, script!)
  } catch (error) {
    return failed(error)
  }
}

async function later(promise: PromiseLike<unknown>, object: StoredObject): Promise<Answer> {
  try {
    const returned = await inTime(promise)
    if (returned !== TIMED_OUT) return answerOf(returned, object, script!)
    return { kind: 'failed', reason: `it gave no answer in ${timeoutMs} ms` }
  } catch (error) {
    return failed(error)
  }
}

async function answerPage(message: PageMessage): Promise<void> {
  let answers: PackedAnswer[] = []
  let sent = performance.now()
  for (const object of unpackedPage(message)) {
    Atomics.add(begun, 0, 1)
    const made = answer(object)
    answers.push(packedAnswer(made instanceof Promise ? await made : made, object))
    if (performance.now() - sent < FLUSH_AFTER_MS) continue
    send({ kind: 'answers', answers })
    answers = []
    sent = performance.now()
  }
  send({ kind: 'answers', answers })
}

if (script !== undefined) port.on('message', (message: PageMessage) => void answerPage(message))
