import { parseBounded } from '../../../core/boundedJson.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { Json, JsonObject } from '../../../core/object.ts'
import { type CollectionSchema, hasTenants, isCollectionSchema } from '../../../core/schema.ts'
import { recordOf } from '../../../core/value/record.ts'
import { DataType, type Field } from '../../format/arrow.ts'
import { META } from '../../format/parquetMetadata.ts'
import type { Mapping } from '../mapping.ts'
import { propertyName } from '../propertyName.ts'
import { vectorName } from '../vectorNames.ts'
import { holdsVectors } from './vectorCells.ts'

/** The role of each column of a table, by name. */
export interface Roles {
  /** The column of the id, or all columns that it is made from. */
  readonly id: readonly string[]
  /** True if ids are made from values, which also stay properties. */
  readonly isMade: boolean
  /** Columns by property name, and by vector name (`''` for the unnamed one). */
  readonly properties: ReadonlyMap<string, string>
  readonly vectors: ReadonlyMap<string, string>
  readonly tenant?: string
  readonly created?: string
  readonly updated?: string
  /** The column with what an archive holds beside its other columns. */
  readonly rest?: string
  /** Columns that are not part of any object. */
  readonly leftOut: readonly string[]
}

/** What is known about a table before its roles are. */
export interface TableFacts {
  readonly fields: readonly Field[]
  readonly metadata: ReadonlyMap<string, string>
  /** The columns that its directories stand for. */
  readonly partitions: readonly string[]
  readonly mapping: Mapping
  /** The class for its rows, if known. */
  readonly schema: CollectionSchema | undefined
}

const IDS = ['id', '_id', 'uuid']
/** The name that pandas gives an index without a name. */
const PANDAS_INDEX = /^__index_level_\d+__$/

/** Decides the role of each column. @throws ElysiaError ELYSIA_USAGE if that is ambiguous */
export function rolesOf(table: TableFacts): Roles {
  const own = ownColumns(table)
  const columns = [...table.fields.map(({ name }) => name), ...table.partitions]
  const id = table.mapping.id ?? [own.id ?? IDS.find((name) => columns.includes(name)) ?? noId(columns)]
  for (const name of id) requireColumn(columns, name)
  const vectors = vectorsOf(table, own)
  const isMade = table.mapping.id !== undefined
  const times = { ...optional('created', own.created), ...optional('updated', own.updated) }
  const tenant = own.tenant ?? tenantOf(table, columns, own)
  const taken = new Set([...vectors.values(), ...Object.values(times), tenant, own.rest])
  if (!isMade) taken.add(id[0]!)
  const left = columns.filter((name) => !taken.has(name))
  const isNothing = (name: string) => isOfNothing(table, columns, name)
  return {
    id,
    isMade,
    vectors,
    properties: propertiesOf(
      left.filter((name) => !isNothing(name)),
      own.properties,
    ),
    ...optional('tenant', tenant),
    ...times,
    ...optional('rest', own.rest),
    leftOut: left.filter(isNothing),
  }
}

/** The class that an archive recorded in its file's metadata. */
export function embeddedSchema(metadata: ReadonlyMap<string, string>): CollectionSchema | undefined {
  const schema: unknown = parseBounded(metadata.get(META.schema) ?? 'null')
  return isCollectionSchema(schema) ? schema : undefined
}

type OwnColumns = Partial<Record<'id' | 'tenant' | 'created' | 'updated' | 'rest', string>> & {
  readonly properties?: ReadonlyMap<string, string>
  /** Columns by vector name. */
  readonly vectors?: ReadonlyMap<string, string>
}

/**
 * The columns of an archive: from its metadata or, if a program dropped the metadata, recognized by `_rest`, which
 * only an archive has. Of names with underscores in front, the longest is ours.
 */
function ownColumns({ fields, metadata }: TableFacts): OwnColumns {
  const columnsText = metadata.get(META.columns)
  if (columnsText !== undefined) return notedColumns(recordOf(parseBounded(columnsText)), fields)
  const longest = (name: string) =>
    fields
      .filter((field) => field.name.replace(/^_+/, '') === name)
      .sort((a, b) => b.name.length - a.name.length)[0]
  const [rest, created, updated] = [longest('rest'), longest('created'), longest('updated')]
  const isTime = [created, updated].every((one) => DataType.isTimestamp(one?.type))
  if (rest?.name.startsWith('_') !== true || !isTime) return {}
  return {
    ...{ rest: rest.name, created: created!.name, updated: updated!.name },
    ...optional('id', longest('id')?.name),
    ...optional('tenant', longest('tenant')?.name),
  }
}

/** The noted columns that still exist: a program may have removed some. */
function notedColumns(
  { properties, vector, vectors, ...single }: JsonObject,
  fields: readonly Field[],
): OwnColumns {
  const has = (name: Json | undefined): name is string => fields.some((field) => field.name === name)
  const mapOf = (names: Json | undefined) =>
    Object.entries(recordOf(names)).flatMap(([name, column]) =>
      has(column) ? [[name, column] as const] : [],
    )
  const present = Object.entries(single).filter(([, name]) => has(name))
  return {
    ...Object.fromEntries(present),
    properties: new Map(mapOf(properties).map(([name, column]) => [column, name])),
    vectors: new Map([...(has(vector) ? [['', vector] as const] : []), ...mapOf(vectors)]),
  }
}

function tenantOf(
  { schema: givenSchema, metadata, partitions }: TableFacts,
  columns: readonly string[],
  own: OwnColumns,
): string | undefined {
  // An archive has a directory for each tenant.
  if (own.rest !== undefined && partitions.includes('tenant')) return 'tenant'
  const schema = givenSchema ?? embeddedSchema(metadata)
  if (schema === undefined || !hasTenants(schema) || !columns.includes('tenant')) return undefined
  return schema.properties?.some(({ name }) => name === 'tenant') ? undefined : 'tenant'
}

function vectorsOf({ fields, mapping, schema }: TableFacts, own: OwnColumns): ReadonlyMap<string, string> {
  if (mapping.vectors !== undefined) {
    for (const name of mapping.vectors.values()) requireVectors(fields, name)
    return mapping.vectors
  }
  if (own.vectors !== undefined) return own.vectors
  const isProperty = (name: string) => schema?.properties?.some((one) => one.name === name) ?? false
  const columnsByVector = new Map<string, string>()
  for (const { name: column, type } of fields) {
    if (!holdsVectors(type) || isProperty(column)) continue
    const name = vectorName(column)
    if (name === undefined) continue
    const other = columnsByVector.get(name)
    if (other !== undefined) throw ambiguous(other, column)
    columnsByVector.set(name, column)
  }
  return columnsByVector
}

/**
 * True for a column without information about its row: an index, or a copy of a property that partitions the files.
 */
function isOfNothing({ partitions }: TableFacts, columns: readonly string[], name: string): boolean {
  if (PANDAS_INDEX.test(name)) return true
  const copied = /^_*partition_(.+)$/.exec(name)?.[1]
  return copied !== undefined && partitions.includes(name) && columns.includes(copied)
}

function propertiesOf(
  columns: readonly string[],
  namesByColumn: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const properties = new Map<string, string>()
  for (const column of columns) {
    const name = namesByColumn.get(column) ?? propertyName(column)
    const other = properties.get(name)
    if (other === undefined) properties.set(name, column)
    else if (other !== column) throw sameName(other, column, name)
  }
  return properties
}

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>)
}

function requireColumn(columns: readonly string[], name: string): void {
  if (columns.includes(name)) return
  throw usage(`there is no column ${name}`, `the columns are ${columns.join(', ')}`)
}

function requireVectors(fields: readonly Field[], name: string): void {
  const field = fields.find((one) => one.name === name)
  if (field !== undefined && holdsVectors(field.type)) return
  const fact =
    field === undefined ? `there is no column ${name}` : `the column ${name} holds no lists of numbers`
  throw usage(fact, 'vectors are lists of float32 or float64, or lists of such lists')
}

function noId(columns: readonly string[]): never {
  throw usage(
    'no column is called id',
    `--id-from COLUMN,… makes the ids of values; the columns are ${columns.join(', ')}`,
  )
}

function ambiguous(one: string, other: string): ElysiaError {
  return usage(
    `${one} and ${other} may both be the vector`,
    `name one: --vector-from ${one}, or name both: --vector-from a=${one},b=${other}`,
  )
}

function sameName(one: string, other: string, name: string): ElysiaError {
  return usage(`the columns ${one} and ${other} would both be the property ${name}`, 'rename one of them')
}

function usage(fact: string, hint: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', fact, { hint })
}
