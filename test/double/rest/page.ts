import { Refusal } from '../fault/refusal.ts'
import type { Inside } from '../grpc/grpc.ts'
import { indexOf } from '../grpc/search.ts'
import { maybeUuid } from '../value/uuid.ts'
import { checkAfter, checkLimit, DEFAULT_LIMIT, prefixed } from '../value/words.ts'
import { shown } from './object.ts'
import { Answered } from './rest.ts'

/** The reply to `GET /v1/objects`: `totalResults` is the length of the page, and absent where that is 0. */
export interface Page {
  readonly deprecations: [] | null
  readonly objects: object[]
  readonly totalResults?: number
}

/** A page of one class, by cursor or offset, or the first objects of all of them. */
export function page(inside: Inside, query: URLSearchParams): Page {
  const name = query.get('class')
  const objects = name === null ? everything(inside, query) : ofClass(inside, name, query)
  return {
    deprecations: name === null ? null : [],
    objects,
    ...(objects.length > 0 ? { totalResults: objects.length } : {}),
  }
}

function number(query: URLSearchParams, name: string, otherwise: number): number {
  return Number(query.get(name) ?? otherwise)
}

function ofClass(inside: Inside, name: string, query: URLSearchParams): object[] {
  const schema = inside.collections.schema(name)
  if (schema === undefined) throw new Answered({ status: 404 })
  const after = query.get('after') ?? ''
  const limit = number(query, 'limit', DEFAULT_LIMIT)
  const offset = number(query, 'offset', 0)
  prefixed("msg:cursor api: invalid 'after' parameter code:400 err:", () => {
    if (after === '') return
    checkAfter(after, offset)
    if (!query.has('limit')) throw new Refusal('limit parameter must be set')
  })
  prefixed('msg:offset or limit code:400 err:', () => checkLimit(offset, limit))
  const shard = prefixed(`msg:search index ${indexOf(schema)} code:422 err:`, () =>
    inside.collections.shard(schema, query.get('tenant') ?? ''),
  )
  const lacking = /^1\.3[678]\./.test(inside.version) ? { vectors: undefined } : {}
  const found = shard.page(maybeUuid(after), offset, limit)
  return found.map((stored) => shown({ ...stored, ...lacking }, schema, query))
}

function everything(inside: Inside, query: URLSearchParams): object[] {
  if (query.has('after')) {
    const text = 'list objects: after parameter not allowed, cursor must be specific to one class'
    throw new Refusal(`${text}, set class query param`, 500)
  }
  const all = inside.collections
    .schemas()
    .filter((schema) => !schema.multiTenancyConfig.enabled)
    .flatMap((schema) => ofClass(inside, schema.class, query))
  return all.slice(0, number(query, 'limit', DEFAULT_LIMIT))
}
