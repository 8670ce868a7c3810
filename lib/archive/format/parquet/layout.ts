import { parseBounded } from '../../../core/boundedJson.ts'
import {
  type CollectionSchema,
  hasTenants,
  isCollectionSchema,
  propertiesIn,
  vectorNames,
} from '../../../core/schema.ts'
import { type DataType, Field, Schema, TimestampMillisecond, Utf8 } from '../arrow.ts'
import type { Content } from '../format.ts'
import { META } from '../parquetMetadata.ts'
import type { ColumnType } from './type.ts'
import { kindOf } from './types.ts'
import { type VectorShape, vectorType } from './vectors.ts'

const LAYOUT_VERSION = '1'

/** The shapes of the vectors in a file, by name, `''` for the unnamed one. */
export type VectorShapes = ReadonlyMap<string, VectorShape>

/** The column names of a file. `properties` and `vectors` name columns by property and vector. */
export interface ColumnNames {
  readonly id: string
  readonly tenant?: string
  readonly properties: Readonly<Record<string, string>>
  readonly created: string
  readonly updated: string
  readonly vector?: string
  readonly vectors: Readonly<Record<string, string>>
  readonly rest: string
}

/** The columns of a file, in this order: id, tenant, properties, created, updated, vectors, _rest. */
export interface Layout {
  readonly names: ColumnNames
  readonly kinds: ReadonlyMap<string, ColumnType>
  readonly shapes: VectorShapes
  readonly metadata: Map<string, string>
}

/** The Arrow type of texts. */
export const textType = new Utf8()
/** The Arrow type of creation and update times: milliseconds, UTC. */
export const timeType = new TimestampMillisecond('UTC')

/**
 * Arranges objects of a class in columns. Properties keep their names. If a property already has the name of one of
 * our columns (ignoring case, as DuckDB does), ours gets underscores in front until the name is free; the file's
 * metadata records the names.
 *
 * Objects of one tenant have no column for it: the metadata records the tenant, and such files are in a directory
 * `tenant=NAME`. Pandas refuses to read a directory if its name and its files both have the column.
 */
export function layoutOf({ schema, tenant }: Content, shapes: VectorShapes): Layout {
  const taken = new Set<string>()
  const free = (wanted: string): string => {
    const name = taken.has(wanted.toLowerCase()) ? free(`_${wanted}`) : wanted
    taken.add(name.toLowerCase())
    return name
  }
  const id = free('id')
  const kinds = kindsOf(schema)
  const properties = Object.fromEntries([...kinds.keys()].map((name) => [name, free(name)]))
  const named = [...shapes.keys()].filter((name) => name !== '')
  const names: ColumnNames = {
    id,
    ...(tenant === undefined && hasTenants(schema) && { tenant: free('tenant') }),
    properties,
    created: free('created'),
    updated: free('updated'),
    ...(shapes.has('') && { vector: free('vector') }),
    vectors: Object.fromEntries(named.map((name) => [name, free(`vector_${name}`)])),
    rest: free('_rest'),
  }
  return { names, kinds, shapes, metadata: metadataOf({ schema, tenant }, names) }
}

/** The column types of properties; properties without one go into `_rest`. */
export function kindsOf(schema: CollectionSchema): Map<string, ColumnType> {
  const kinds = new Map<string, ColumnType>()
  for (const property of propertiesIn(schema)) {
    const kind = kindOf(property)
    if (kind !== undefined && property.name !== '__proto__') kinds.set(property.name, kind)
  }
  return kinds
}

function metadataOf(
  { schema, tenant }: { readonly schema: CollectionSchema; readonly tenant: string | undefined },
  names: ColumnNames,
): Map<string, string> {
  const metadata = new Map<string, string>([
    [META.version, LAYOUT_VERSION],
    [META.collection, schema.class],
    [META.schema, JSON.stringify(schema)],
    [META.columns, JSON.stringify(names)],
  ])
  if (tenant !== undefined) metadata.set(META.tenant, tenant)
  return metadata
}

/** The Arrow schema of a layout. Only ids are never null. */
export function arrowSchema({ names, kinds, shapes }: Layout): Schema {
  const column = (name: string, type: DataType) => new Field(name, type, true)
  return new Schema([
    new Field(names.id, textType, false),
    ...(names.tenant === undefined ? [] : [column(names.tenant, textType)]),
    ...[...kinds].map(([name, { type }]) => column(names.properties[name]!, type)),
    column(names.created, timeType),
    column(names.updated, timeType),
    ...[...shapes].map(([name, shape]) => column(vectorColumn(names, name), vectorType(shape))),
    column(names.rest, textType),
  ])
}

/** The column of a vector, `''` for the unnamed one. */
function vectorColumn({ vector, vectors }: ColumnNames, name: string): string {
  return name === '' ? vector! : vectors[name]!
}

/** The columns according to a file's metadata. Throws an Error with the reason if the metadata is not ours. */
export function readMetadata(metadata: ReadonlyMap<string, string>): {
  readonly schema: CollectionSchema
  readonly names: ColumnNames
} {
  const version = metadata.get(META.version)
  if (version !== LAYOUT_VERSION) throw new Error(`is of layout ${version ?? 'unknown'}, not of an archive`)
  const schema: unknown = parseBounded(metadata.get(META.schema) ?? 'null')
  if (!isCollectionSchema(schema)) throw new Error('has no schema in its metadata')
  return { schema, names: parseBounded(metadata.get(META.columns) ?? '{}') as ColumnNames }
}

/** The vectors that a class has an index for, `''` for the unnamed one. */
export function vectorNamesOf(schema: CollectionSchema): string[] {
  const { unnamed, named } = vectorNames(schema)
  return unnamed ? ['', ...named] : [...named]
}
