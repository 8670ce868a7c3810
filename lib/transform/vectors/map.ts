import { ElysiaError } from '../../core/errors.ts'
import type { ObjectDraft, Vector } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { recordOf } from '../../core/value/record.ts'
import type { Transform } from '../transform.ts'
import { entriesOf, entryNamed, UNNAMED, type VectorEntry, vectorText, withEntries } from './entry.ts'
import { vectorPairs } from './options.ts'
import { vectorTransform } from './vectorTransform.ts'

/**
 * Renames vectors, all at once, in each object and in the class: `default=content`, where `default` is the unnamed
 * one; `old=` removes a vector.
 * @throws ElysiaError ELYSIA_USAGE if it cannot be read, and when bound to a class that has no such vector, or would
 * have two with the same name
 */
export function mapVectors(given: string): Transform {
  const pairs = vectorPairs(given)
  return vectorTransform({
    name: `vector-map ${given}`,
    rule: 'vector-map',
    change(before) {
      const names = namesAfter(before, pairs)
      const entries = entriesOf(before).flatMap((entry): VectorEntry[] => {
        const name = names.get(entry.name) ?? null
        return name === null ? [] : [{ ...entry, name }]
      })
      requireDistinct(before, given, entries)
      return { schema: withEntries(before, entries), object: (draft) => rename(draft, names) }
    },
  })
}

/** The new name of each vector; null if it is removed. */
type Names = ReadonlyMap<string, string | null>

function namesAfter(before: CollectionSchema, pairs: readonly (readonly [string, string])[]): Names {
  const entries = entriesOf(before)
  const names = new Map<string, string | null>(entries.map(({ name }) => [name, name]))
  for (const [old, now] of pairs) {
    const entry = entryNamed(entries, old)
    if (entry === undefined) throw noVector(before, old)
    names.set(entry.name, now === '' ? null : now === UNNAMED ? '' : now)
  }
  return names
}

function requireDistinct(
  { class: name }: CollectionSchema,
  given: string,
  entries: readonly VectorEntry[],
): void {
  const several = entries.find((entry) => entry.name === '' && isSeveral(entry))
  if (several !== undefined) {
    throw new ElysiaError('ELYSIA_USAGE', `--vector-map ${given}: a multi-vector has a name`, {
      hint: 'no server has one without a name',
    })
  }
  const names = entries.map((entry) => entry.name)
  const twice = names.find((one, at) => names.indexOf(one) !== at)
  if (twice === undefined) return
  throw new ElysiaError(
    'ELYSIA_USAGE',
    `--vector-map ${given}: ${name} would have two vectors ${vectorText(twice)}`,
    {
      hint: 'give the other one another name too, or leave it out with an empty name, as in --vector-map old=',
    },
  )
}

/** True for a multi-vector. */
function isSeveral({ indexConfig }: VectorEntry): boolean {
  return recordOf(recordOf(indexConfig).multivector).enabled === true
}

/** A vector without an index in the class keeps its name, and is refused under it. */
function rename(draft: ObjectDraft, names: Names): 'kept' {
  const before = Object.entries(draft.vectors ?? {})
  const all: readonly (readonly [string, Vector])[] =
    draft.vector === undefined ? before : [['', draft.vector], ...before]
  const vectors: Record<string, Vector> = {}
  delete draft.vector
  delete draft.vectors
  for (const [old, vector] of all) {
    const now = names.get(old)
    if (now === null) continue
    if (now === '') draft.vector = vector as Float32Array
    else vectors[now ?? old] = vector
  }
  if (Object.keys(vectors).length > 0) draft.vectors = vectors
  return 'kept'
}

/** The error (ELYSIA_USAGE) for a vector that the class does not have, naming those that it has. */
export function noVector(schema: CollectionSchema, given: string): ElysiaError {
  const there = entriesOf(schema).map(({ name }) => vectorText(name))
  return new ElysiaError('ELYSIA_USAGE', `${schema.class} has no vector ${given}`, {
    hint: there.length === 0 ? 'it has no vectors' : `it has ${there.join(', ')}`,
  })
}
