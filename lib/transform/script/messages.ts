import type { PropertySchema } from '../../core/schema.ts'
import type { ScriptIds } from './answer.ts'
import type { PackedAnswer } from './page.ts'

/** What a script declares beside its function. */
export interface ScriptExports {
  readonly ids: ScriptIds
  /** False if it does not read vectors: they are not transferred, and stay unchanged. */
  readonly vectors: boolean
  /** The properties that it adds to the class, or gives another type. */
  readonly properties: readonly PropertySchema[]
  /** The properties that it removes. */
  readonly dropped: readonly string[]
}

/**
 * From the thread: the script's output; once, that it is loaded, or why it cannot be; then answers, in the order of
 * the objects.
 */
export type FromScript =
  | { readonly kind: 'loaded'; readonly exports: ScriptExports }
  | { readonly kind: 'unusable'; readonly reason: string }
  | { readonly kind: 'printed'; readonly text: string }
  | { readonly kind: 'answers'; readonly answers: Answers }

/** The answers for the objects of a page, in the same order. */
export type Answers = readonly PackedAnswer[]
