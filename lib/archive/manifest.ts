import Type, { type Static } from '../core/typebox.ts'
import { SelectionSchema, TransformSchema } from './selection.ts'

export * from './files.ts'

const count = (description: string) => Type.Integer({ minimum: 0, description })
const hex = (digits: number, description: string) =>
  Type.String({ pattern: `^[0-9a-f]{${digits}}$`, description })
const time = (description: string) => Type.String({ format: 'date-time', description })

/** Ids strictly after `after`, up to and including `up_to`; both are optional. */
export const IdRangeSchema = Type.Object({
  tenant: Type.Optional(Type.String()),
  after: Type.Optional(Type.String()),
  up_to: Type.Optional(Type.String()),
})

/** One part: a file of objects in order of id, all from one range. */
export const PartSchema = Type.Object({
  file: Type.String({ minLength: 1, description: 'Its path below the archive, with forward slashes.' }),
  range: count('The range it belongs to, an index into `ranges`.'),
  after: Type.Optional(Type.String({ description: 'Ids are greater than this one.' })),
  up_to: Type.Optional(Type.String({ description: 'Ids are at most this one; absent: to the end.' })),
  objects: count('Objects in it.'),
  filtered: Type.Optional(
    count('Objects of the ids that it covers which the selection left out; absent where there are none.'),
  ),
  rejected: Type.Optional(
    count('Objects of these ids that a transform refused; absent where there are none.'),
  ),
  vectors: count('Vectors in it, named and unnamed.'),
  named_vectors: Type.Optional(
    Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
      description: 'How many of them have which name; absent where none has one.',
    }),
  ),
  bytes: count('Bytes of the file.'),
  raw_bytes: count('Bytes before compression; for a Parquet file, its size with uncompressed pages.'),
  sha256: hex(64, 'Of the file.'),
  digest: hex(64, 'Of its objects: the sum of the SHA-256 of each, modulo 2^256.'),
})

/** A file of the index: for each of its consecutive ids, the update time and the SHA-256 of the object. */
export const IndexPartSchema = Type.Object({
  file: Type.String({ minLength: 1, description: 'Its path below the archive, with forward slashes.' }),
  range: count('The range it belongs to, an index into `ranges`.'),
  after: Type.Optional(Type.String({ description: 'Ids are greater than this one.' })),
  up_to: Type.Optional(Type.String({ description: 'Ids are at most this one; absent: to the end.' })),
  entries: count('Ids that it notes, 56 bytes each.'),
  removed: count('How many of them are of objects that the base has, and that are gone.'),
  bytes: count('Bytes of the file.'),
  sha256: hex(64, 'Of the file.'),
  digest: hex(64, 'The sum of the SHA-256 of its objects, modulo 2^256.'),
  replaced: Type.Optional(
    Type.Object(
      {
        objects: count('How many there are.'),
        digest: hex(64, 'The sum of their SHA-256, modulo 2^256.'),
      },
      { description: 'Of an increment: the objects that the base has under these ids.' },
    ),
  ),
})

export const EncodingSchema = Type.Object({
  format: Type.Enum(['jsonl', 'json', 'parquet']),
  compression: Type.Enum(['none', 'gzip', 'lz4', 'zstd']),
  level: Type.Optional(Type.Integer()),
  /** The library that wrote the file, with its version. */
  library: Type.String(),
  vectors: Type.Enum(['base64', 'numbers', 'columns', 'none'], { description: 'How vectors are written.' }),
  reason: Type.Optional(Type.String({ description: 'Why `auto` chose this compression.' })),
})

export const CountsSchema = Type.Object({
  before: count('Objects that the store counted before the scan.'),
  after: count('Objects that the store counted after it.'),
  written: count('Objects in the parts.'),
  filtered: Type.Optional(count('Objects that were read, and left out by the selection or a transform.')),
  rejected: Type.Optional(
    count('Objects that were read, and that a transform refused; absent where there are none.'),
  ),
})

export const TenantEntrySchema = Type.Object({
  name: Type.String(),
  state: Type.Enum(['active', 'inactive', 'offloaded']),
})

/**
 * Describes an archive: `manifest.json`, or the trailer of a single file. It is the truth about the archive; a
 * catalog only indexes manifests. Unknown fields are kept and ignored. @see docs/archives.md
 */
export const ManifestSchema = Type.Object({
  format: Type.Literal('elysiactl-archive'),
  version: Type.Literal(1),
  id: Type.String({ pattern: '^[0-9a-z][0-9a-z-]{7,63}$', description: 'Never changes.' }),
  started: time('When the scan began.'),
  finished: time('When the last part was durable.'),
  tool: Type.Object({ name: Type.String(), version: Type.String() }),
  source: Type.Object({
    target: Type.String({ description: 'The store, without secrets.' }),
    kind: Type.String(),
    version: Type.String({ description: 'The server’s.' }),
    nodes: Type.Array(Type.Object({ name: Type.String(), status: Type.String() })),
  }),
  collection: Type.String({ description: 'The class.' }),
  content: Type.Enum(['full', 'schema-only']),
  kind: Type.Optional(
    Type.Enum(['full', 'incremental'], {
      description: 'incremental: it holds what differs from its `parent`; absent: full.',
    }),
  ),
  schema: Type.Unsafe<Record<string, unknown>>({ type: 'object', description: 'The raw class JSON.' }),
  schema_sha256: hex(64, 'Of the schema’s JSON text as it stands in schema.json.'),
  encoding: EncodingSchema,
  tenants: Type.Optional(Type.Array(TenantEntrySchema)),
  all_tenants: Type.Optional(
    Type.Boolean({ description: 'Of a class with tenants: whether these are all that it had.' }),
  ),
  selection: Type.Optional(SelectionSchema),
  transforms: Type.Optional(
    Type.Array(TransformSchema, {
      description: 'What became of objects, and of the class, before they were archived; in order.',
    }),
  ),
  aliases: Type.Array(Type.String()),
  ranges: Type.Array(IdRangeSchema, { description: 'Fixed at the start; a part covers some of one.' }),
  partition_by: Type.Optional(Type.String()),
  parts: Type.Array(PartSchema),
  index: Type.Optional(
    Type.Array(IndexPartSchema, { description: 'The index; absent where the archive has none.' }),
  ),
  state: Type.Optional(
    Type.Object(
      { objects: count('How many there are.'), digest: hex(64, 'The sum of their SHA-256, modulo 2^256.') },
      { description: 'Of an increment: all objects of the collection, those of its bases included.' },
    ),
  ),
  totals: Type.Object({
    objects: count('Of all parts.'),
    vectors: count('Of all parts.'),
    bytes: count('Of all parts’ files.'),
    raw_bytes: count('Before compression.'),
    digest: hex(64, 'The sum of the parts’ digests, modulo 2^256.'),
  }),
  counts: CountsSchema,
  consistency: Type.String({ description: 'What may have changed while the scan went on.' }),
  parent: Type.Optional(Type.String({ description: 'The archive that this one is an increment of.' })),
  clock_difference_ms: Type.Optional(
    count('By how much the clocks of the store differed from that of this machine, at most.'),
  ),
  tags: Type.Array(Type.String()),
  note: Type.Optional(Type.String()),
  set: Type.Optional(
    Type.String({
      description: 'Of several collections that were backed up in one run: what they have in common.',
    }),
  ),
})

export type Manifest = Static<typeof ManifestSchema>
export type Part = Static<typeof PartSchema>
export type IndexPart = Static<typeof IndexPartSchema>
export type IdRange = Static<typeof IdRangeSchema>
export type Encoding = Static<typeof EncodingSchema>

/**
 * The first line of the journal, and of a single file: everything in the manifest that is known when a scan begins.
 */
export const PlanSchema = Type.Object({
  ...Type.Omit(ManifestSchema, ['finished', 'parts', 'index', 'state', 'totals', 'counts', 'consistency'])
    .properties,
  counts: Type.Object({ before: count('Objects that the store counted before the scan.') }),
})

/** A line of the journal. */
export const JournalEntrySchema = Type.Object({
  plan: Type.Optional(PlanSchema),
  parts: Type.Optional(Type.Array(PartSchema)),
  index: Type.Optional(IndexPartSchema),
  tenant: Type.Optional(
    Type.Object({
      tenant: Type.String(),
      before: count('Objects that the store counted of it before the scan.'),
      after: count('Objects that the store counted of it after it.'),
      filtered: Type.Optional(count('Objects of it that the selection left out, and that no part counts.')),
      rejected: Type.Optional(count('Objects of it that a transform refused, and that no part counts.')),
    }),
  ),
})

export type Plan = Omit<
  Manifest,
  'finished' | 'parts' | 'index' | 'state' | 'totals' | 'counts' | 'consistency'
> & {
  readonly counts: { readonly before: number }
}
export type JournalEntry = Static<typeof JournalEntrySchema>
