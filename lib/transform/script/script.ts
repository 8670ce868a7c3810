import { hash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema, PropertySchema } from '../../core/schema.ts'
import { renameInSettings, requireNoExpiry } from '../step/propertyNames.ts'
import {
  type BoundTransform,
  type Transform,
  type TransformCall,
  type TransformedPage,
  type TransformReject,
  transformReject,
} from '../transform.ts'
import type { Answer } from './answer.ts'
import { addedObject, applyAnswer } from './applyAnswer.ts'
import type { ScriptExports } from './messages.ts'
import { ScriptThread } from './thread.ts'

/** How long a script may take, and where its output goes. */
export interface ScriptOptions {
  /** The time limit for one object, in milliseconds. Default 10 000. */
  readonly timeoutMs?: number
  /** Called with the script's output. Without it the output is dropped: standard output is for data. */
  readonly onOutput?: (text: string) => void
}

const DEFAULT_TIMEOUT_MS = 10_000
const MOST_BYTES = 1024 * 1024

/**
 * Makes a transform from a script: a module whose default export takes an object and returns an object, null to leave
 * it out, an array of several, or a promise of these. Loads it at once, in a thread of its own, which is ended and
 * restarted if it hangs. Memory: a page, twice; the thread at most 1 GiB.
 * @throws ElysiaError ELYSIA_USAGE if it cannot be read or loaded, or exports no function
 */
export async function runScript(path: string, options: ScriptOptions = {}): Promise<Transform> {
  const text = await textOf(path)
  const runner = new ScriptRunner(path, hash('sha256', text), options)
  const exports = await runner.load()
  const name = `script ${path}`
  return {
    name,
    sha256: runner.sha256,
    text,
    filters: true,
    ...(exports.ids !== 'kept' && { expands: true }),
    bind: (before) => bound(name, before, exports, runner),
  }
}

function bound(
  name: string,
  before: CollectionSchema,
  exports: ScriptExports,
  runner: ScriptRunner,
): BoundTransform {
  return {
    schema: schemaAfter(name, before, exports),
    touches: undefined,
    objects: async (page, call) => transformed(name, page, await runner.answers(page, call)),
    close: () => runner.close(),
  }
}

/**
 * Properties that a script adds come last; a property with a new type stays in its place. Modules no longer read
 * dropped properties. @throws ElysiaError ELYSIA_USAGE if objects expire by one
 */
function schemaAfter(
  stage: string,
  before: CollectionSchema,
  { properties, dropped }: ScriptExports,
): CollectionSchema {
  if (properties.length === 0 && dropped.length === 0) return before
  const named = new Map<string, PropertySchema>()
  for (const property of before.properties ?? []) named.set(property.name, property)
  for (const name of dropped) named.delete(name)
  for (const property of properties) named.set(property.name, property)
  const gone = new Set(dropped.filter((name) => !named.has(name)))
  for (const name of gone) requireNoExpiry(stage, before, name)
  const whole = { ...before, properties: [...named.values()] }
  return renameInSettings(whole, (name) => (gone.has(name) ? undefined : name))
}

function transformed(
  name: string,
  page: readonly StoredObject[],
  answers: readonly Answer[],
): TransformedPage {
  const objects: StoredObject[] = []
  const rejects: TransformReject[] = []
  let [filtered, more] = [0, 0]
  for (const [at, object] of page.entries()) {
    const answer = answers[at]!
    if (answer.kind === 'same') objects.push(object)
    else if (answer.kind === 'changed') objects.push(applyAnswer(object, answer.object))
    else if (answer.kind === 'filtered') filtered += 1
    else if (answer.kind === 'failed') rejects.push(transformReject(name, object, answer.reason))
    else {
      for (const added of answer.objects) objects.push(addedObject(object, added))
      more += answer.objects.length - 1
    }
  }
  return { objects, rejects, filtered, ...(more > 0 && { added: more }) }
}

/** After a thread has ended this often without beginning anything, another attempt is useless. */
const MOST_FRUITLESS = 3

/** A script, and the thread that runs it. One page at a time. */
class ScriptRunner {
  readonly sha256: string
  readonly #path: string
  readonly #timeoutMs: number
  readonly #onOutput: ((text: string) => void) | undefined
  #thread: ScriptThread | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(path: string, sha256: string, { timeoutMs = DEFAULT_TIMEOUT_MS, onOutput }: ScriptOptions) {
    this.#path = resolve(path)
    this.sha256 = sha256
    this.#timeoutMs = timeoutMs
    this.#onOutput = onOutput
  }

  async load(): Promise<ScriptExports> {
    return (await this.#started()).exports
  }

  /**
   * Returns an answer for each object. If an object ends the thread, its answer is a failure; the objects before it
   * may be asked again.
   */
  answers(page: readonly StoredObject[], { signal }: TransformCall = {}): Promise<Answer[]> {
    const turn = this.#turn.then(() => this.#answers(page, signal))
    this.#turn = turn.catch(() => {})
    return turn
  }

  async close(): Promise<void> {
    await this.#turn
    await this.#thread?.end()
  }

  async #answers(page: readonly StoredObject[], signal: AbortSignal | undefined): Promise<Answer[]> {
    const answers: Answer[] = []
    const deadly = new Map<number, string>()
    let fruitless = 0
    while (answers.length < page.length) {
      const at = answers.length
      const reason = deadly.get(at)
      if (reason !== undefined) {
        answers.push({ kind: 'failed', reason })
        continue
      }
      const end = Math.min(...deadly.keys().filter((index) => index > at), page.length)
      const thread = await this.#started()
      const objects = page.slice(at, end)
      const sentObjects = thread.exports.vectors ? objects : objects.map(withoutVectors)
      const result = await thread.ask(sentObjects, signal).catch(async (error: unknown) => {
        await thread.end()
        throw error
      })
      answers.push(...result.answers)
      if (result.death === undefined) continue
      if (result.death.at >= 0) deadly.set(at + result.death.at, result.death.reason)
      fruitless = result.death.at >= 0 ? 0 : fruitless + 1
      if (fruitless >= MOST_FRUITLESS) throw unusable(this.#path, result.death.reason)
    }
    return answers
  }

  /** @throws ElysiaError ELYSIA_INPUT_CHANGED if the script has changed since the start */
  async #started(): Promise<ScriptThread> {
    if (this.#thread !== undefined && !this.#thread.ended) return this.#thread
    const url = pathToFileURL(this.#path)
    const thread = await ScriptThread.start({ url, timeoutMs: this.#timeoutMs, onOutput: this.#onOutput })
    this.#thread = thread
    if (hash('sha256', await textOf(this.#path)) === this.sha256) return thread
    await thread.end()
    throw new ElysiaError('ELYSIA_INPUT_CHANGED', `the script ${this.#path} has changed meanwhile`, {
      hint: 'run the same command again: it then begins with the new one',
    })
  }
}

function withoutVectors({ vector: _, vectors: __, ...rest }: StoredObject): StoredObject {
  return rest
}

async function textOf(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > MOST_BYTES) throw new Error('it is larger than 1 MiB')
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw unusable(path, messageOf(cause), cause)
  }
}

function unusable(path: string, reason: string, cause?: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `the script ${path} cannot be used: ${reason}`, {
    ...(cause !== undefined && { cause }),
    hint: 'docs/transforms.md shows a script',
  })
}
