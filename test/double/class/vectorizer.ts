import type { JsonObject } from '../../../lib/core/object.ts'
import type { ClassSchema } from './schema.ts'
import type { Stored } from './shard.ts'
import { embed, type GivenVectors, type Vector } from './vectors.ts'

/** The vectorizer that a double with `vectorizer: 'fake'` has. */
export const FAKE_VECTORIZER = 'text2vec-fake'

/** What became of an object's vectors, and how many embeddings that cost. */
export interface Vectorized {
  readonly input: GivenVectors
  readonly embeddings: number
}

/**
 * Gives an object the vectors that its class lets the fake vectorizer make and that it came without. As with
 * a real module, an object whose text is what it was keeps its vectors and costs nothing.
 */
export function vectorized(
  input: GivenVectors,
  schema: ClassSchema,
  properties: JsonObject,
  before: Stored | undefined,
): Vectorized {
  const names = missing(input, schema)
  if (names.length === 0) return { input, embeddings: 0 }
  const text = textOf(properties)
  const unchanged = before !== undefined && textOf(before.properties) === text
  let embeddings = 0
  const vectorOf = (name: string): Vector => {
    const kept = name === '' ? before?.vector : before?.vectors?.[name]
    if (unchanged && kept !== undefined) return kept
    embeddings += 1
    return embed(name === '' ? text : `${name}\n${text}`)
  }
  const made = names.map((name) => [name, vectorOf(name)] as const)
  if (schema.vectorConfig === undefined)
    return { input: { vector: made[0]?.[1] as Float32Array }, embeddings }
  return { input: { vectors: { ...input.vectors, ...Object.fromEntries(made) } }, embeddings }
}

/** The names of the vectors that are to be made; the unnamed one is ''. */
function missing(input: GivenVectors, schema: ClassSchema): string[] {
  if (schema.vectorConfig === undefined) {
    return schema.vectorizer === FAKE_VECTORIZER && input.vector === undefined ? [''] : []
  }
  return Object.entries(schema.vectorConfig)
    .filter(([name, config]) => FAKE_VECTORIZER in config.vectorizer && input.vectors?.[name] === undefined)
    .map(([name]) => name)
}

function textOf(properties: JsonObject): string {
  return Object.keys(properties)
    .sort()
    .map((name) => properties[name])
    .filter((value) => typeof value === 'string' || Array.isArray(value))
    .join('\n')
}
