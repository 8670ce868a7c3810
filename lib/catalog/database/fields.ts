import { ElysiaError } from '../../core/errors.ts'
import { didYouMean } from '../../core/suggest.ts'

/** The kind of a field, which decides what it can be compared with. */
export type FieldKind = 'number' | 'size' | 'time' | 'age' | 'text' | 'flag' | 'tag'

/** The column of the catalog that a field reads, and its kind. */
export interface Field {
  readonly column: string
  readonly kind: FieldKind
}

/** The fields of `--where` and `--sort`, by name. */
const FIELDS: Readonly<Record<string, Field>> = {
  id: { column: 'id', kind: 'text' },
  status: { column: 'status', kind: 'text' },
  collection: { column: 'collection', kind: 'text' },
  target: { column: 'cluster', kind: 'text' },
  location: { column: 'location', kind: 'text' },
  content: { column: 'content', kind: 'text' },
  selection: { column: 'filter', kind: 'text' },
  without_vectors: { column: 'without_vectors', kind: 'flag' },
  all_tenants: { column: 'all_tenants', kind: 'flag' },
  format: { column: 'format', kind: 'text' },
  compression: { column: 'compression', kind: 'text' },
  version: { column: 'version', kind: 'text' },
  parent: { column: 'parent', kind: 'text' },
  note: { column: 'note', kind: 'text' },
  verified: { column: 'verified_level', kind: 'text' },
  tag: { column: 'tags', kind: 'tag' },
  objects: { column: 'objects', kind: 'number' },
  vectors: { column: 'vectors', kind: 'number' },
  parts: { column: 'parts', kind: 'number' },
  bytes: { column: 'bytes', kind: 'size' },
  raw_bytes: { column: 'raw_bytes', kind: 'size' },
  started_at: { column: 'started', kind: 'time' },
  finished_at: { column: 'finished', kind: 'time' },
  verified_at: { column: 'verified_time', kind: 'time' },
  age: { column: 'started', kind: 'age' },
  pinned: { column: 'pinned', kind: 'flag' },
  damaged: { column: 'damaged', kind: 'flag' },
}

/** A field by its name. @throws ElysiaError ELYSIA_USAGE, with the nearest name */
export function fieldNamed(name: string, what: string): Field {
  const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined
  if (field !== undefined) return field
  throw new ElysiaError('ELYSIA_USAGE', `${what}: there is no field ${name}`, {
    hint: didYouMean(name, Object.keys(FIELDS), `fields are ${Object.keys(FIELDS).join(', ')}`),
  })
}
