import { createHash } from 'node:crypto'
import Type, { type Static } from '../core/typebox.ts'

/** The part of a collection that an archive holds, if not all of it. */
export const SelectionSchema = Type.Object({
  filter: Type.Optional(Type.String({ description: 'The condition that selected the objects.' })),
  objects: Type.Optional(
    Type.Array(Type.String({ pattern: '^[0-9a-f-]{36}$' }), {
      description: 'The requested ids, in order; some may not have existed.',
    }),
  ),
  properties: Type.Optional(
    Type.Array(Type.String(), { description: 'The selected properties, in order of name.' }),
  ),
})

/** Which objects, and which of their properties, an archive holds. */
export type ArchiveSelection = Static<typeof SelectionSchema>

/** A transform applied to objects before they were archived. */
export const TransformSchema = Type.Object({
  name: Type.String({ minLength: 1, description: 'The name of the transform: `map title=headline`.' }),
  sha256: Type.Optional(
    Type.String({
      pattern: '^[0-9a-f]{64}$',
      description: 'A fingerprint of the transform’s file or key; absent if it has neither.',
    }),
  ),
  text: Type.Optional(Type.String({ description: 'The text of a script.' })),
})

/** The selection and transforms that determine an archive's objects. */
export interface ArchiveContent {
  readonly selection?: ArchiveSelection | undefined
  readonly transforms?: readonly Static<typeof TransformSchema>[] | undefined
}

/** For a person; empty for all objects unchanged. Equal only for equal contents. */
export function contentText({ selection = {}, transforms = [] }: ArchiveContent): string {
  const selected = selectionText(selection)
  const names = transforms.map(({ name, sha256 }) =>
    sha256 === undefined ? name : `${name} (${sha256.slice(0, 8)})`,
  )
  return [...(selected === '' ? [] : [selected]), ...names].join('; ')
}

/** For a person: `where size > 5, properties title, content`. Equal only for equal selections. */
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
