import type { RunEvent } from '../../library.ts'

/** What a person reads of each type of event; undefined where there is nothing to say of one. */
export type Texts = {
  readonly [T in RunEvent['type']]?: (event: Extract<RunEvent, { readonly type: T }>) => string | undefined
}

const IDS_SHOWN = 10

/** The first of the ids of so many objects, and a sign that there are more. */
export function someIds(ids: readonly string[], objects: number): string {
  const named = ids.slice(0, IDS_SHOWN).join(', ')
  const more = objects > IDS_SHOWN ? ', …' : ''
  return `${named}${more}`
}
