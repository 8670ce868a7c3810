import Type from 'typebox'
import { count, headOf, moment, nullable, object, one, optional, text, transforms } from './parts.ts'

const mark = (description: string) =>
  Type.String({ pattern: '^[0-9A-Za-z+/]{43}=(\\.[0-9A-Za-z+/]{43}=)?$', description })

const header = object('The first line.', {
  format: Type.Literal(1),
  kind: Type.Literal('plan'),
  made_at: moment('When the plan was made.'),
  source: text('The archive as the user named it.'),
  archive: text('The id.'),
  identity: text('The identity of the archive’s contents.'),
  collection: text('The class in the archive.'),
  class: text('The class that the plan changes.'),
  target: text('The store, without secrets.'),
  strategy: text('`fail`, `skip`, `overwrite`, `merge` or `replace`.'),
  shape: nullable(text('The SHA-256 of the class.'), 'Null if the plan creates the class.'),
  transforms: optional(transforms),
  options: Type.Unsafe<object>({ type: 'object', description: 'The options that decide what is written.' }),
})

const entry = object('An object that changes.', {
  id: Type.String({ format: 'uuid', description: 'The id.' }),
  tenant: optional(text('The tenant of the object.')),
  do: one(['create', 'overwrite', 'merge', 'delete'], 'What happens to the object.'),
  was: optional(mark('The digest of the existing object; absent if there is none.')),
  becomes: optional(mark('The digest of the new object; absent if the object is deleted.')),
})

const end = object('The last line: a plan without it was cut.', {
  end: Type.Literal(true),
  counts: object('How many objects.', {
    create: count('Objects that are created.'),
    overwrite: count('Objects that are replaced.'),
    merge: count('Objects that are merged.'),
    delete: count('Objects that are deleted.'),
    unchanged: count('Objects that are already as they should be.'),
    skipped: count('Objects that are skipped because they already exist.'),
    filtered: count('Objects that are not selected.'),
    rejected: count('Lines that are not objects, and repeated ids.'),
  }),
  sha256: Type.String({
    pattern: '^[0-9a-f]{64}$',
    description: 'The SHA-256 of all lines before this one, with their LF.',
  }),
})

/** A line of what `col restore --plan` writes. */
export const planSchema = Type.Union([header, entry, end], {
  ...headOf('plan', 'A line of a plan, which `col restore --plan` writes and `col apply` carries out.'),
})
