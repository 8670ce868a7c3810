import { createHash } from 'node:crypto'
import Type, { type Static } from '../core/typebox.ts'

/** What of a collection an archive holds, where that is not all of it. */
export const SelectionSchema = Type.Object({
  filter: Type.Optional(Type.String({ description: 'The condition that its objects were chosen by.' })),
  objects: Type.Optional(
    Type.Array(Type.String({ pattern: '^[0-9a-f-]{36}$' }), {
      description: 'The ids that were asked for, in order; some may not have been there.',
    }),
  ),
  properties: Type.Optional(
    Type.Array(Type.String(), { description: 'The properties that its objects have, in order of name.' }),
  ),
})

export type ArchiveSelection = Static<typeof SelectionSchema>

/** For a person: `where size > 5, properties title, content`. Equal for equal selections only. */
export function selectionText({ filter, objects, properties }: ArchiveSelection): string {
  const facts = [
    ...(filter === undefined ? [] : [`where ${filter}`]),
    ...(objects === undefined ? [] : [objectsText(objects)]),
    ...(properties === undefined ? [] : [`properties ${properties.join(', ')}`]),
  ]
  return facts.join('; ')
}

function objectsText(ids: readonly string[]): string {
  if (ids.length === 1) return `object ${ids[0]}`
  const hash = createHash('sha256').update(ids.join()).digest('hex').slice(0, 8)
  return `${ids.length} objects by their ids (${hash})`
}
