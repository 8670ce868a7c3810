import { ElysiaError } from '../../../core/errors.ts'
import type { JsonObject, StoredObject } from '../../../core/object.ts'
import { isRecord } from '../../../core/value/record.ts'
import { boundedText } from '../cluster/serverText.ts'
import { jsonOf, type RestReply } from './request.ts'

/** The error for an answer that does not fit its request; `fact` says what is wrong. */
export function wrongAnswer(target: string, fact: string, cause?: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_STORE', `${target} ${boundedText(fact)}`, {
    cause,
    hint: 'the server is faulty, or a proxy in front of it answers in its place',
  })
}

/** The answer as an object. @throws ElysiaError ELYSIA_STORE if it is something else */
export function objectIn(reply: RestReply, target: string): JsonObject {
  const json = jsonOf(reply)
  if (!isRecord(json)) throw noAnswer(reply, target, 'no JSON object')
  return json
}

/** The list of objects in an answer, or in its field `name`; null is a server's empty list. */
export function listIn(reply: RestReply, target: string, name?: string): JsonObject[] {
  const list = name === undefined ? jsonOf(reply) : objectIn(reply, target)[name]
  if (list === null) return []
  const what = name === undefined ? 'no list of objects' : `no list of objects as '${name}'`
  if (!Array.isArray(list) || !list.every((one) => isRecord(one))) throw noAnswer(reply, target, what)
  return list
}

function noAnswer({ request, status }: RestReply, target: string, what: string): ElysiaError {
  return wrongAnswer(target, `answers ${status} to ${request.method} /v1${request.path} with ${what}`)
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/**
 * Checks the order of a scan: each id is a UUID in lower case, and greater than the one before. Backups and
 * comparisons depend on it, and a scan that goes back would not end.
 */
export class IdOrder {
  readonly #what: string
  readonly #target: string
  #last: string

  constructor(target: string, collection: string, after: string) {
    this.#target = target
    this.#what = `objects of ${collection}`
    this.#last = after
  }

  /** @throws ElysiaError ELYSIA_STORE */
  check(objects: readonly StoredObject[]): void {
    let last = this.#last
    for (const { id } of objects) {
      if (!(id > last) || !ID.test(id)) throw this.#wrong(id, last)
      last = id
    }
    this.#last = last
  }

  #wrong(id: string, last: string): ElysiaError {
    if (!ID.test(id)) return wrongAnswer(this.#target, `lists ${this.#what} whose id is not a UUID: '${id}'`)
    const order = id === last ? 'gives the same one twice' : 'is out of order'
    return wrongAnswer(this.#target, `${order} in listing ${this.#what}: ${id} comes after ${last}`)
  }
}

/** Checks the size of a page. @throws ElysiaError ELYSIA_STORE if it contains more than requested */
export function requireAtMost(limit: number, count: number, target: string, collection: string): void {
  if (count <= limit) return
  throw wrongAnswer(target, `gives ${count} objects of ${collection} where ${limit} were asked for`)
}

/**
 * Compares the ids of an answer with the request.
 * @throws ElysiaError ELYSIA_STORE if an object was not requested, or comes twice
 */
export function requireRequestedIds(
  ids: readonly string[],
  objects: readonly StoredObject[],
  target: string,
  collection: string,
): void {
  const open = new Set(ids.map((id) => id.toLowerCase()))
  const stray = objects.find(({ id }) => !open.delete(id))
  if (stray === undefined) return
  throw wrongAnswer(
    target,
    `gives an object of ${collection} that was not asked for, or gives it twice: ${stray.id}`,
  )
}
