import type { Item } from '../../../core/entry.ts'
import { Reject } from '../../../core/reject.ts'

/**
 * What a record does, as far as it decides which others count: `none` changes nothing (a control record, a reject);
 * `write` and `remove` set the state of an id whatever it was; `revise` changes what is there; `move` takes it along;
 * `skip` removes, and has its outcome whatever comes later.
 */
export const EFFECT = { none: 0, write: 1, remove: 2, revise: 3, move: 4, skip: 5 } as const

export type EffectKind = (typeof EFFECT)[keyof typeof EFFECT]

/** An effect and the ids that it is on: of a move the source, then the target. */
export interface Effect {
  readonly kind: EffectKind
  readonly ids: readonly string[]
}

const NONE: Effect = { kind: EFFECT.none, ids: [] }

export function effectOf(item: Item): Effect {
  if (item instanceof Reject || item.operation === undefined) return NONE
  const { operation } = item
  switch (operation.kind) {
    case 'put':
      return { kind: EFFECT.write, ids: [operation.id] }
    case 'patch':
      return { kind: EFFECT.revise, ids: [operation.id] }
    case 'move':
      return { kind: EFFECT.move, ids: [operation.from, operation.to] }
    case 'delete':
      if (operation.ids.length === 0) return NONE
      return { kind: item.skipped === undefined ? EFFECT.remove : EFFECT.skip, ids: operation.ids }
  }
}
