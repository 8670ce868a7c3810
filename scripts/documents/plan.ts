import Type from 'typebox'
import { count, headOf, moment, nullable, object, one, optional, text, transforms } from './parts.ts'

const mark = (description: string) =>
  Type.String({ pattern: '^[0-9A-Za-z+/]{43}=(\\.[0-9A-Za-z+/]{43}=)?$', description })

const header = object('The first line.', {
  format: Type.Literal(1),
  kind: Type.Literal('plan'),
  made_at: moment('When it was made.'),
  source: text('The archive as it was named.'),
  archive: text('Its id.'),
  identity: text('What it is recognised by.'),
  collection: text('The class in the archive.'),
  class: text('The class that is changed.'),
  target: text('The store, without secrets.'),
  strategy: text('`fail`, `skip`, `overwrite`, `merge` or `replace`.'),
  shape: nullable(text('The SHA-256 of the class.'), 'Null where the class is to be created.'),
  transforms: optional(transforms),
  options: Type.Unsafe<object>({ type: 'object', description: 'The options that decide what is written.' }),
})

const entry = object('An object that changes.', {
  id: Type.String({ format: 'uuid', description: 'Its id.' }),
  tenant: optional(text('Its tenant.')),
  do: one(['create', 'overwrite', 'merge', 'delete'], 'What becomes of it.'),
  was: optional(mark('The digest of what is there; absent where there is nothing.')),
  becomes: optional(mark('The digest of what will be there; absent where it is deleted.')),
})

const end = object('The last line: a plan without it was cut.', {
  end: Type.Literal(true),
  counts: object('How many objects.', {
    create: count('That are created.'),
    overwrite: count('That are replaced.'),
    merge: count('That are merged.'),
    delete: count('That are deleted.'),
    unchanged: count('That are as they should be.'),
    skipped: count('That give way to what is there.'),
    filtered: count('That are not selected.'),
    rejected: count('Lines that are no objects, and ids that came before.'),
  }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$', description: 'Of all lines before it, with their LF.' }),
})

/** A line of what `col restore --plan` writes. */
export const planSchema = Type.Union([header, entry, end], {
  ...headOf('plan', 'A line of a plan, which `col restore --plan` writes and `col apply` does.'),
})
