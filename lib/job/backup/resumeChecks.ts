import { isDeepStrictEqual } from 'node:util'
import { schemaDigest } from '../../archive/archive.ts'
import type { Plan } from '../../archive/manifest.ts'
import { ElysiaError } from '../../core/errors.ts'
import { type CollectionSchema, vectorNames } from '../../core/schema.ts'
import type { Store } from '../../store/store.ts'
import { parseCompression } from '../../stream/codec/compressions.ts'
import { schemaDifferences } from '../../transform/schema/differences.ts'
import type { BackupOptions } from './options.ts'
import { type CollectionInfo, namesOf } from './plan.ts'

const PATHS_NAMED = 3

/**
 * A resumed backup must be of the same collection, with the same options that shape an archive.
 * @throws ElysiaError ELYSIA_CONFLICT
 */
export function requireResumable(
  plan: Plan,
  store: Store,
  { schema, selection, transforms }: CollectionInfo,
  options: BackupOptions,
): void {
  if (plan.source.target !== store.target || plan.collection !== schema.class) {
    throw new ElysiaError(
      'ELYSIA_CONFLICT',
      `this is the backup of ${plan.collection} in ${plan.source.target}, not of ${schema.class} in ${store.target}`,
      { hint: 'give another --to' },
    )
  }
  const selected = (['filter', 'objects', 'properties'] as const)
    .filter((key) => !isDeepStrictEqual(plan.selection?.[key], selection?.declared[key]))
    .map((key) => `--${key}`)
  const shaped = SHAPING.filter(([, isSame]) => !isSame(plan, options)).map(([flag]) => flag)
  const transformed = isDeepStrictEqual(plan.transforms ?? [], transforms.declared)
    ? []
    : ['list of transforms']
  const other = [...shaped, ...selected, ...transformed]
  if (other.length === 0) return
  throw new ElysiaError('ELYSIA_CONFLICT', `this backup was begun with another ${other.join(', ')}`, {
    hint: 'give the same options as when it was begun, and --resume; or another --to',
  })
}

/**
 * Compares the class with that of an interrupted backup.
 * @throws ElysiaError ELYSIA_CONFLICT if objects may now have properties that the schema of the plan lacks
 */
export function requireSameSchema(plan: Plan, { transforms: { schema } }: CollectionInfo): void {
  if (plan.schema_sha256 === schemaDigest(schema)) return
  throw new ElysiaError(
    'ELYSIA_CONFLICT',
    `the schema of ${plan.collection} has changed since this backup was begun${changesText(plan.schema as unknown as CollectionSchema, schema)}`,
    { hint: 'start a new backup in another place, and remove this one' },
  )
}

/**
 * Checks after a scan that its objects fit the schema of the plan.
 * @throws ElysiaError ELYSIA_INCOMPLETE if its objects outgrew their schema
 */
export function requireSchemaKept(
  { schema: before }: Pick<CollectionInfo, 'schema'>,
  now: CollectionSchema | undefined,
): void {
  if (now !== undefined && shapeOf(before) === shapeOf(now)) return
  const fact = now === undefined ? 'was removed' : `has another schema${changesText(before, now)}`
  throw new ElysiaError(
    'ELYSIA_INCOMPLETE',
    `${before.class} ${fact} since this backup was begun: this is not a complete backup`,
    { hint: 'start a new backup in another place, and remove this one' },
  )
}

/** The options that decide what an archive holds and how; all others may change. */
const SHAPING: readonly (readonly [flag: string, isSame: (plan: Plan, options: BackupOptions) => boolean])[] =
  [
    ['--format', ({ encoding }, { format }) => encoding.format === format],
    ['--compression', isCompressedSo],
    ['--no-vectors', ({ encoding }, { vectors }) => (encoding.vectors !== 'none') === vectors],
    ['--readable', isReadableSo],
    ['--tenant', sameTenants],
    ['--partition-by', ({ partition_by }, { partitionBy }) => partition_by === partitionBy],
    ['--schema-only', ({ content }, { schemaOnly }) => (content === 'schema-only') === schemaOnly],
  ]

function isCompressedSo({ encoding }: Plan, { format, compression }: BackupOptions): boolean {
  // Parquet always compresses its own pages in the same way.
  if (format === 'parquet') return true
  const requested = parseCompression(compression)
  if (requested === 'auto') return encoding.reason !== undefined
  return (
    encoding.reason === undefined &&
    encoding.compression === requested.name &&
    encoding.level === requested.level
  )
}

function isReadableSo({ encoding }: Plan, { readable, vectors, format }: BackupOptions): boolean {
  if (!vectors || format === 'parquet') return true
  return (encoding.vectors === 'numbers') === readable
}

/** A backup of all tenants may be finished although others were added meanwhile, just as objects may be. */
export function sameTenants(
  { tenants = [], all_tenants }: Pick<Plan, 'tenants' | 'all_tenants'>,
  { tenant }: BackupOptions,
): boolean {
  if (tenant === undefined) return all_tenants !== false
  const names = new Set(namesOf(tenant))
  return all_tenants !== true && tenants.length === names.size && tenants.every(({ name }) => names.has(name))
}

/** What objects consist of. */
function shapeOf(schema: CollectionSchema): string {
  const properties = (schema.properties ?? []).map(({ name, dataType }) => [name, dataType])
  const { unnamed, named } = vectorNames(schema)
  return JSON.stringify([properties.sort(), unnamed, [...named].sort()])
}

/** How a schema has changed, for the end of a sentence; empty if it has not. */
export function changesText(before: CollectionSchema, schema: CollectionSchema): string {
  const paths = [...schemaDifferences(before, schema), ...schemaDifferences(schema, before)].map(
    ({ path }) => path,
  )
  const distinct = [...new Set(paths)]
  if (distinct.length === 0) return ''
  const more = distinct.length > PATHS_NAMED ? ' and more' : ''
  return `: ${distinct.slice(0, PATHS_NAMED).join(', ')}${more}`
}
