import type { PackedPage } from '../../../archive/object/packed.ts'
import type { Effect } from '../../../change/effect/effect.ts'
import type { RejectCode } from '../../../core/reject.ts'
import type { IngestOptions } from '../options.ts'

/** What a thread needs to know to make operations of lines. */
export type ChangeWork = Pick<
  IngestOptions,
  'strict' | 'contentRoot' | 'tenant' | 'tenantBy' | 'maxLineBytes'
>

/** Lines on their way to a thread: their texts in UTF-8, one behind another. */
export interface PackedLines {
  readonly texts: Uint8Array
  /** Where each of these ends. */
  readonly ends: Uint32Array
}

/** What a line asks for, as the thread says it: an object, a reject, or what the main thread makes of it by itself. */
export const ASKS = { other: 0, put: 1, reject: 2 } as const

/** What lines ask for, in their order. */
export interface PackedItems {
  readonly asks: Uint8Array
  /** The objects of those that are put. */
  readonly objects: PackedPage
  readonly rejects: readonly { readonly code: RejectCode; readonly reason: string }[]
}

/** What lines do, by number; that of one with two ids is so much greater as there are kinds. */
export const KINDS: readonly Effect['kind'][] = ['none', 'put', 'patch', 'move', 'remove', 'skip']

/** What lines do, in their order, and the ids that they do it to, one behind another. */
export interface PackedEffects {
  readonly kinds: Uint8Array
  readonly ids: readonly string[]
}
