import { ElysiaError } from '../../core/errors.ts'

/** What an option requests, for one vector or for all: `flat`, `flat:content`. */
export interface VectorArgument {
  readonly what: string
  /** Undefined for all vectors. */
  readonly vector: string | undefined
}

/**
 * Reads `WHAT[:VECTOR],…`. @throws ElysiaError ELYSIA_USAGE for a vector that is named twice, or a part without WHAT
 */
export function parseVectorArguments(flag: string, given: string): readonly VectorArgument[] {
  const vectorArguments = given.split(',').map((part): VectorArgument => {
    const [what = '', vector, ...more] = part.trim().split(':')
    if (what === '' || vector === '' || more.length > 0) throw unreadable(flag, given)
    return { what, vector }
  })
  const names = vectorArguments.map(({ vector }) => vector ?? '')
  if (new Set(names).size < names.length) throw unreadable(flag, given)
  return vectorArguments
}

/** Reads `OLD=NEW,…`; an empty NEW removes the vector. @throws ElysiaError ELYSIA_USAGE */
export function vectorPairs(given: string): readonly (readonly [old: string, now: string])[] {
  const pairs = given.split(',').map((part) => {
    const [old = '', now, ...more] = part.trim().split('=')
    if (old === '' || now === undefined || more.length > 0) throw unreadable('--vector-map', given)
    return [old, now] as const
  })
  const newNames = pairs.map(([, now]) => now).filter((now) => now !== '')
  const isTwice = (all: readonly string[]) => new Set(all).size < all.length
  if (isTwice(pairs.map(([old]) => old)) || isTwice(newNames)) throw unreadable('--vector-map', given)
  return pairs
}

function unreadable(flag: string, given: string): ElysiaError {
  const form = flag === '--vector-map' ? 'OLD=NEW' : 'WHAT[:VECTOR]'
  return new ElysiaError(
    'ELYSIA_USAGE',
    `${flag} ${given} cannot be read: it is ${form},…, each vector once`,
    {
      hint:
        flag === '--vector-map'
          ? 'such as --vector-map default=content, where default is the vector without a name'
          : `such as ${flag} ${flag === '--vectorizer' ? 'text2vec-ollama' : 'flat'}:content, or without a name for all vectors`,
    },
  )
}
