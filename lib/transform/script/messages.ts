import type { PropertySchema } from '../../core/schema.ts'
import type { Answer, ScriptIds } from './answer.ts'

/** What a script says of itself beside its function. */
export interface ScriptExports {
  readonly ids: ScriptIds
  /** False where it looks at no vectors: they do not cross, and stay as they are. */
  readonly vectors: boolean
  /** The properties that it adds to the class, or gives another type. */
  readonly properties: readonly PropertySchema[]
  /** The properties that it takes away. */
  readonly dropped: readonly string[]
}

/** From the thread: what the script prints; once that it is loaded, or why it cannot be; then answers, in the order of the objects. */
export type FromScript =
  | { readonly kind: 'loaded'; readonly exports: ScriptExports }
  | { readonly kind: 'unusable'; readonly reason: string }
  | { readonly kind: 'printed'; readonly text: string }
  | { readonly kind: 'answers'; readonly answers: Answers }

/**
 * A page of objects, to the thread: as bytes, since a clone of a vector would bring all of the buffer that it is a piece of.
 * They are copied: to transfer them takes three times as long.
 */
export interface PageMessage {
  readonly bytes: Uint8Array
}

export type Answers = readonly Answer[]
