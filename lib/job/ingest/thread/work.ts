import type { PackedPage } from '../../../archive/object/packedPage.ts'
import type { Effect } from '../../../change/effect/effect.ts'
import type { RejectCode } from '../../../core/reject.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import type { IngestOptions } from '../options.ts'

/** What a thread needs to make operations from lines. */
export interface ChangeWork
  extends Pick<IngestOptions, 'strict' | 'contentRoot' | 'tenant' | 'tenantBy' | 'maxLineBytes'> {
  /** The class of the objects if the thread should check them. */
  readonly schema?: CollectionSchema
}

/** Texts on their way to a thread, in UTF-8, one after another. */
export interface PackedTexts {
  readonly texts: Uint8Array
  /** Where each text ends. */
  readonly ends: Uint32Array
}

/** Lines on their way to a thread: somewhere in `texts`. */
export interface PackedLines {
  readonly texts: Uint8Array<ArrayBuffer>
  readonly starts: Uint32Array<ArrayBuffer>
  readonly ends: Uint32Array<ArrayBuffer>
  /** The first line, if it is not in `texts`. */
  readonly first?: Uint8Array<ArrayBuffer>
  /** True if `texts` is to come back. */
  readonly isReused: boolean
}

/** The thread's verdict on a line: an object, a reject, or an item that the main thread makes itself. */
export const ASKS = { other: 0, put: 1, reject: 2 } as const

/** The items of lines, in their order. */
export interface PackedItems {
  readonly asks: Uint8Array
  /** The objects of `put` lines. */
  readonly objects: PackedPage
  readonly rejects: readonly { readonly code: RejectCode; readonly reason: string }[]
}

/** The effects of lines, by number; for a line with two ids, increased by the number of kinds. */
export const KINDS: readonly Effect['kind'][] = ['none', 'put', 'patch', 'move', 'remove', 'skip']

/** The effects of lines, in their order, and the ids that they affect, one after another. */
export interface PackedEffects {
  readonly kinds: Uint8Array<ArrayBuffer>
  readonly ids: readonly string[]
  /** What comes back of the lines. */
  readonly texts?: Uint8Array<ArrayBuffer>
}
