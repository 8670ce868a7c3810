import { randomUUID } from 'node:crypto'
import type { JsonObject } from '../../../lib/core/object.ts'
import type { Incoming } from '../class/collections.ts'
import type { ClassSchema } from '../class/schema.ts'
import type { Stored } from '../class/shard.ts'
import { attempt, put } from '../class/writing.ts'
import type { Portion } from '../fault/fault.ts'
import { Refusal } from '../fault/refusal.ts'
import type { Inside } from '../grpc/grpc.ts'
import { indexOf } from '../grpc/search.ts'
import { list, object } from '../value/json.ts'
import { maybeUuid } from '../value/uuid.ts'
import { prefixed } from '../value/words.ts'
import { batchAnswer, echo, incoming, merged, shown } from './object.ts'
import { page } from './page.ts'
import { type Answer, Answered, type Ask, type Routes } from './rest.ts'

/** Objects, one by one and in batches. */
export function objectRoutes(inside: Inside): Routes {
  return {
    'GET /v1/objects': (ask) => ({ status: 200, body: page(inside, ask.query) }),
    'POST /v1/objects': (ask) => insert(inside, ask),
    'POST /v1/batch/objects': (ask, portion) => batch(inside, ask, portion),
    'GET /v1/objects/{class}/{id}': (ask) => {
      const { stored, schema, tenant } = named(inside, ask)
      return { status: 200, body: { ...shown(stored, schema, ask.query), ...(tenant && { tenant }) } }
    },
    'HEAD /v1/objects/{class}/{id}': (ask) => {
      named(inside, ask)
      return { status: 204 }
    },
    'DELETE /v1/objects/{class}/{id}': (ask) => remove(inside, ask),
    'PUT /v1/objects/{class}/{id}': (ask) => replace(inside, ask),
    'PATCH /v1/objects/{class}/{id}': (ask) => patch(inside, ask),
  }
}

function insert(inside: Inside, ask: Ask): Answer {
  const body = checkId(object(ask.body), 'id')
  const input = incoming(body)
  if (exists(inside, input)) throw new Refusal(`id '${input.id}' already exists`)
  const stored = prefixed(wordsOfPost(input.class), () => put(inside.collections, input, 'rest'))
  return { status: 200, body: echo(body, stored) }
}

function wordsOfPost(name: string): (text: string) => string {
  return (text) => {
    if (text.startsWith('tenant not found')) {
      return `put object: import into index ${name.toLowerCase()}: determine shard: `
    }
    return / multi-tenancy |^tenant /.test(text) ? 'determine shard: ' : 'invalid object: '
  }
}

function exists(inside: Inside, input: Incoming): boolean {
  const id = maybeUuid(input.id)
  const shard = inside.collections.shards(input.class).get(input.tenant)
  return id !== undefined && shard?.activity === 'HOT' && shard.find(id) !== undefined
}

function batch(inside: Inside, ask: Ask, portion: Portion): Answer {
  const objects = list(object(ask.body).objects).map(object)
  if (objects.length === 0) {
    throw new Refusal("invalid param 'objects': cannot be empty, need at least one object for batching")
  }
  const checked = objects.map((one, index) => checkId(one, `body.objects.${index}.id`))
  const answers = checked.slice(0, portion.only).map((one) => {
    const input = incoming(one)
    return batchAnswer(one, portion.refuse?.(input) ?? attempt(inside.collections, input, 'rest'))
  })
  return { status: 200, body: answers }
}

function remove({ collections }: Inside, ask: Ask): Answer {
  const [name = ''] = ask.parts
  const id = pathId(ask)
  const schema = collections.schema(name)
  const words = 'delete object from vector repo: delete from'
  if (schema === undefined) throw new Refusal(`could not ${words} non-existing index for ${name}`, 500)
  const tenant = ask.query.get('tenant') ?? ''
  prefixed(`${words} index "${indexOf(schema)}": determine shard: `, () => collections.shard(schema, tenant))
  collections.delete(schema.class, tenant, id)
  return { status: 204 }
}

function replace(inside: Inside, ask: Ask): Answer {
  const { stored } = named(inside, ask)
  const body = object(ask.body)
  if (maybeUuid(body.id) !== stored.id) throw new Refusal("invalid update: field 'id' is immutable")
  const replaced = prefixed('invalid object: ', () =>
    put(inside.collections, incoming(body), 'rest', stored.created),
  )
  return { status: 200, body: echo(body, replaced) }
}

function patch(inside: Inside, ask: Ask): Answer {
  const { stored, schema, tenant } = named(inside, ask)
  const input = { ...merged(stored, object(ask.body)), class: schema.class, tenant }
  prefixed('msg:bad request code:400 err:', () => put(inside.collections, input, 'rest', stored.created))
  return { status: 204 }
}

function checkId(body: JsonObject, where: string): JsonObject {
  const { id } = body
  if (id === undefined) return { ...body, id: randomUUID() }
  if (maybeUuid(id) !== undefined) return body
  throw notUuid(`${where} in body`, id)
}

function pathId(ask: Ask): string {
  const [, text = ''] = ask.parts
  const id = maybeUuid(text)
  if (id === undefined) throw notUuid('id in path', text)
  return id
}

function notUuid(what: string, input: unknown): Answered {
  const message = `${what} must be of type uuid: ${JSON.stringify(input)}`
  return new Answered({ status: 422, body: { code: 601, message } })
}

interface Named {
  readonly schema: ClassSchema
  readonly stored: Stored
  readonly tenant: string
}

/** The object that a path names; 404 where there is no such class or object. */
function named(inside: Inside, ask: Ask): Named {
  const id = pathId(ask)
  const schema = inside.collections.schema(ask.parts[0] ?? '')
  if (schema === undefined) throw new Answered({ status: 404 })
  const tenant = ask.query.get('tenant') ?? String(object(ask.body).tenant ?? '')
  const words = `repo: object by id: search index ${indexOf(schema)}: determine shard: `
  const stored = prefixed(words, () => inside.collections.shard(schema, tenant)).find(id)
  if (stored === undefined) throw new Answered({ status: 404 })
  return { schema, stored, tenant }
}
