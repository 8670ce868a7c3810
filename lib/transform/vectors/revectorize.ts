import { ElysiaError } from '../../core/errors.ts'
import type { ObjectDraft } from '../../core/object.ts'
import { vectorizersOf } from '../schema/vectorizers.ts'
import type { Transform } from '../transform.ts'
import { vectorTransform } from './vectorTransform.ts'

/** The name of `revectorize` in reports. */
export const REVECTORIZE = 'revectorize'

/**
 * Removes from each object the vectors that a module of its class computes, so that the store computes them again;
 * the others stay.
 * @throws ElysiaError ELYSIA_USAGE when bound to a class whose vectors all come with its objects
 */
export function revectorize(): Transform {
  return vectorTransform({
    name: REVECTORIZE,
    rule: REVECTORIZE,
    change(before) {
      const makers = vectorizersOf(before)
      if (makers.length === 0) {
        throw new ElysiaError('ELYSIA_USAGE', `no vector of ${before.class} is made by a module`, {
          hint: 'name the module that is to make them, as in --revectorize --vectorizer text2vec-ollama',
        })
      }
      const names = new Set(makers.map(({ vector }) => vector))
      return { schema: before, object: (draft) => withoutVectors(draft, names) }
    },
  })
}

function withoutVectors(draft: ObjectDraft, names: ReadonlySet<string>): 'kept' {
  if (names.has('')) delete draft.vector
  if (draft.vectors === undefined) return 'kept'
  const kept = Object.entries(draft.vectors).filter(([name]) => !names.has(name))
  if (kept.length === 0) delete draft.vectors
  else draft.vectors = Object.fromEntries(kept)
  return 'kept'
}
