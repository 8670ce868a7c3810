import Type, { type Static } from '../core/typebox.ts'
import { SelectionSchema, TransformSchema } from './selection.ts'

export * from './files.ts'

const count = (description: string) => Type.Integer({ minimum: 0, description })
const hex = (digits: number, description: string) =>
  Type.String({ pattern: `^[0-9a-f]{${digits}}$`, description })
const time = (description: string) => Type.String({ format: 'date-time', description })

/** Ids strictly after `after`, up to and including `up_to`; both are optional. */
const IdRangeSchema = Type.Object({
  tenant: Type.Optional(Type.String()),
  after: Type.Optional(Type.String()),
  up_to: Type.Optional(Type.String()),
})

/** One part: a file of objects in order of id, all from one range. */
const PartSchema = Type.Object({
  file: Type.String({
    minLength: 1,
    description: 'The path of the file in the archive, with forward slashes.',
  }),
  range: count('The range of the file: an index into `ranges`.'),
  after: Type.Optional(Type.String({ description: 'The file holds ids after this one.' })),
  up_to: Type.Optional(
    Type.String({
      description: 'The file holds ids up to and including this one; absent: to the end of the range.',
    }),
  ),
  objects: count('Objects in the part.'),
  filtered: Type.Optional(
    count('Objects that the selection left out among the ids of the part; absent if none.'),
  ),
  rejected: Type.Optional(
    count('Objects that a transform refused among the ids of the part; absent if none.'),
  ),
  vectors: count('Vectors in the part, named and unnamed.'),
  named_vectors: Type.Optional(
    Type.Record(Type.String(), Type.Integer({ minimum: 0 }), {
      description: 'The number of vectors by name; absent if none is named.',
    }),
  ),
  bytes: count('Size of the file in bytes.'),
  raw_bytes: count('Size in bytes before compression; for a Parquet file, with uncompressed pages.'),
  sha256: hex(64, 'The SHA-256 of the file.'),
  digest: hex(64, 'The digest of the objects: the sum of their SHA-256 hashes, modulo 2^256.'),
})

/** A file of the index: for each of its consecutive ids, the update time and the SHA-256 of the object. */
const IndexPartSchema = Type.Object({
  file: Type.String({
    minLength: 1,
    description: 'The path of the file in the archive, with forward slashes.',
  }),
  range: count('The range of the file: an index into `ranges`.'),
  after: Type.Optional(Type.String({ description: 'The file holds ids after this one.' })),
  up_to: Type.Optional(
    Type.String({
      description: 'The file holds ids up to and including this one; absent: to the end of the range.',
    }),
  ),
  entries: count('The number of ids in the file, 56 bytes each.'),
  removed: count(
    'How many of these ids belong to objects that are in the base, but no longer in the collection.',
  ),
  bytes: count('Size of the file in bytes.'),
  sha256: hex(64, 'The SHA-256 of the file.'),
  digest: hex(64, 'The sum of the SHA-256 hashes of the objects, modulo 2^256.'),
  replaced: Type.Optional(
    Type.Object(
      {
        objects: count('The number of objects.'),
        digest: hex(64, 'The sum of their SHA-256 hashes, modulo 2^256.'),
      },
      { description: 'Only in an increment: the objects that the base holds under these ids.' },
    ),
  ),
})

const EncodingSchema = Type.Object({
  format: Type.Enum(['jsonl', 'json', 'parquet']),
  compression: Type.Enum(['none', 'gzip', 'lz4', 'zstd']),
  level: Type.Optional(Type.Integer()),
  /** The library that wrote the file, with its version. */
  library: Type.String(),
  vectors: Type.Enum(['base64', 'numbers', 'columns', 'none'], { description: 'How vectors are encoded.' }),
  reason: Type.Optional(Type.String({ description: 'Why `auto` chose this compression.' })),
})

const CountsSchema = Type.Object({
  before: count('Objects that the store counted before the scan.'),
  after: count('Objects that the store counted after the scan.'),
  written: count('Objects in the parts.'),
  filtered: Type.Optional(count('Objects that were read, but left out by the selection or a transform.')),
  rejected: Type.Optional(count('Objects that were read, but refused by a transform; absent if none.')),
})

const TenantEntrySchema = Type.Object({
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
  id: Type.String({
    pattern: '^[0-9a-z][0-9a-z-]{7,63}$',
    description: 'The id of the archive. It never changes.',
  }),
  started: time('When the scan began.'),
  finished: time('When the last part was safely on disk.'),
  tool: Type.Object({ name: Type.String(), version: Type.String() }),
  source: Type.Object({
    target: Type.String({ description: 'The store, without secrets.' }),
    kind: Type.String(),
    version: Type.String({ description: 'The version of the server.' }),
    nodes: Type.Array(Type.Object({ name: Type.String(), status: Type.String() })),
  }),
  collection: Type.String({ description: 'The class.' }),
  content: Type.Enum(['full', 'schema-only']),
  kind: Type.Optional(
    Type.Enum(['full', 'incremental'], {
      description: 'incremental: the archive holds only what differs from its `parent`; absent: full.',
    }),
  ),
  schema: Type.Unsafe<Record<string, unknown>>({ type: 'object', description: 'The raw class JSON.' }),
  schema_sha256: hex(64, 'The SHA-256 of the schema’s JSON text, as in schema.json.'),
  encoding: EncodingSchema,
  tenants: Type.Optional(Type.Array(TenantEntrySchema)),
  all_tenants: Type.Optional(
    Type.Boolean({ description: 'Only for a class with tenants: true if the archive lists all of them.' }),
  ),
  selection: Type.Optional(SelectionSchema),
  transforms: Type.Optional(
    Type.Array(TransformSchema, {
      description: 'The transforms applied to the objects and the class before archiving, in order.',
    }),
  ),
  aliases: Type.Array(Type.String()),
  ranges: Type.Array(IdRangeSchema, {
    description: 'Ranges of ids, fixed at the start; each part covers some of one range.',
  }),
  partition_by: Type.Optional(Type.String()),
  parts: Type.Array(PartSchema),
  index: Type.Optional(
    Type.Array(IndexPartSchema, {
      description: 'The files of the index; absent if the archive has no index.',
    }),
  ),
  state: Type.Optional(
    Type.Object(
      {
        objects: count('The number of objects.'),
        digest: hex(64, 'The sum of their SHA-256 hashes, modulo 2^256.'),
      },
      { description: 'Only in an increment: all objects of the collection, including those in its bases.' },
    ),
  ),
  totals: Type.Object({
    objects: count('In all parts.'),
    vectors: count('In all parts.'),
    bytes: count('Size of all parts in bytes.'),
    raw_bytes: count('Size of all parts in bytes before compression.'),
    digest: hex(64, 'The sum of the digests of the parts, modulo 2^256.'),
  }),
  counts: CountsSchema,
  consistency: Type.String({ description: 'What may have changed during the scan.' }),
  parent: Type.Optional(
    Type.String({ description: 'The id of the archive that this increment is based on.' }),
  ),
  clock_difference_ms: Type.Optional(
    count('The largest difference between the clocks of the store and this machine, in milliseconds.'),
  ),
  tags: Type.Array(Type.String()),
  note: Type.Optional(Type.String()),
  set: Type.Optional(
    Type.String({
      description: 'The id shared by the archives of several collections that were backed up in one run.',
    }),
  ),
})

/** The description of an archive: the content of its `manifest.json`. */
export type Manifest = Static<typeof ManifestSchema>
/** The entry of one part file in the manifest. */
export type Part = Static<typeof PartSchema>
/** The entry of one index file in the manifest. */
export type IndexPart = Static<typeof IndexPartSchema>
/** The range of ids that a part covers. */
export type IdRange = Static<typeof IdRangeSchema>
/** How the parts of an archive are encoded. */
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
      before: count('Objects that the store counted in the tenant before the scan.'),
      after: count('Objects that the store counted in the tenant after the scan.'),
      filtered: Type.Optional(count('Objects of the tenant that the selection left out and no part counts.')),
      rejected: Type.Optional(count('Objects of the tenant that a transform refused and no part counts.')),
    }),
  ),
})

/** The beginning of a journal or of a single file: a manifest without what only the scan finds out. */
export type Plan = Omit<
  Manifest,
  'finished' | 'parts' | 'index' | 'state' | 'totals' | 'counts' | 'consistency'
> & {
  readonly counts: { readonly before: number }
}
/**
 * One line of the journal: the plan, the parts of one gap with their index, or a tenant whose parts are all recorded.
 */
export type JournalEntry = Static<typeof JournalEntrySchema>
