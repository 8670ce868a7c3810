import type { RunEvent } from '../../library.ts'

/** The text for each type of event; undefined if there is nothing to say. */
export type Texts = {
  readonly [T in RunEvent['type']]?: (event: Extract<RunEvent, { readonly type: T }>) => string | undefined
}

const IDS_SHOWN = 10

/** The first of the objects' ids, and a sign if there are more. */
export function someIds(ids: readonly string[], objects: number): string {
  const named = ids.slice(0, IDS_SHOWN).join(', ')
  const more = objects > IDS_SHOWN ? ', …' : ''
  return `${named}${more}`
}
