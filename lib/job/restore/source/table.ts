import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { ForeignChanges } from '../../../archive/foreign/changes.ts'
import { mappingOf } from '../../../archive/foreign/mapping.ts'
import type { TableFile } from '../../../archive/foreign/parquet/directory.ts'
import type { Table, TableOptions } from '../../../archive/foreign/parquet/table.ts'
import { classNameOf } from '../../../change/collectionName.ts'
import { ElysiaError } from '../../../core/errors.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import type { Emit } from '../../../run/context.ts'
import { readSchemaFile } from '../../../transform/schema/file.ts'
import type { RestoreOptions } from '../options.ts'
import { announceDerived } from './announceDerived.ts'
import type { ForeignOptions } from './foreignOptions.ts'
import type { RestoreSource } from './source.ts'

/** What the user says about a table. */
export type TableSourceOptions = Pick<RestoreOptions, 'schema' | 'name'> & ForeignOptions

/** A Parquet file as a table of one file. */
export function singleFile(path: string): TableFile[] {
  return [{ path, name: basename(path), partition: {} }]
}

/**
 * Parquet files of any program as a source of a restore: all of them form one part, since an id may appear in two.
 * Their class is given, that of the collection that they go into, or derived from their columns. `content` is equal for
 * the same bytes, if the location of the files does not identify them.
 * @throws ElysiaError ELYSIA_USAGE, ELYSIA_DAMAGED, ELYSIA_CONFLICT
 */
export async function tableSource(
  name: string,
  files: readonly TableFile[],
  wishes: TableSourceOptions,
  emit: Emit,
  content?: string,
): Promise<RestoreSource> {
  const { openTable } = await import('../../../archive/foreign/parquet/table.ts')
  const { zoneOf } = await import('../../../archive/foreign/parquet/zone.ts')
  const { schema: file, timezone } = wishes
  const schemaFile = file === undefined ? undefined : await readSchemaFile(file)
  const options: TableOptions = {
    mapping: mappingOf(wishes),
    ...(timezone !== undefined && { zone: zoneOf(timezone) }),
    ...(schemaFile !== undefined && { schema: schemaFile }),
  }
  const table = await openTable(files, options)
  if (table.rows === 0) throw emptyTable(name)
  announce(name, table, emit)
  const schema = schemaFile ?? (await derivedClass(table, options, wishes.name, emit))
  const identity = await identityOf(files, wishes, content)
  const source = sourceOf({ name, table, identity }, { ...options, schema })
  if (schemaFile !== undefined) return source
  return {
    ...source,
    ofClass: (existing) => sourceOf({ name, table, identity }, { ...options, schema: existing }),
  }
}

async function derivedClass(
  table: Table,
  options: TableOptions,
  name: string | undefined,
  emit: Emit,
): Promise<CollectionSchema> {
  const { deriveTableSchema } = await import('../../../archive/foreign/parquet/derive.ts')
  const { embeddedSchema: notedSchema } = await import('../../../archive/foreign/parquet/roles.ts')
  const className = notedSchema(table.metadata)?.class ?? (name === undefined ? undefined : classNameOf(name))
  if (className === undefined) {
    throw new ElysiaError('ELYSIA_USAGE', 'a table does not name the class of its rows', {
      hint: 'name it with --name, or give the class with --schema FILE',
    })
  }
  emit({ type: 'schema_derived', source: 'table' })
  const schema = await deriveTableSchema(table, options, className)
  announceDerived(schema, emit)
  return schema
}

interface TableOf {
  readonly name: string
  readonly table: Table
  readonly identity: string
}

function sourceOf(
  { name, table, identity }: TableOf,
  options: TableOptions & { schema: CollectionSchema },
): RestoreSource {
  const places = new WeakMap<StoredObject, string>()
  const isNamed = table.files.length > 1
  let changes = new ForeignChanges()
  return {
    name,
    kind: 'parquet',
    identity,
    schema: options.schema,
    aliases: [],
    about: table.rows,
    changes: () => changes.list(),
    parts: [
      {
        name: basename(name),
        objects: table.rows,
        mayRepeat: true,
        placeOf: (object) => places.get(object),
        pages: async (onReject) => {
          const { readTable } = await import('../../../archive/foreign/parquet/table.ts')
          changes = new ForeignChanges()
          const onObject = (object: StoredObject, file: string, line: number) =>
            places.set(object, isNamed ? `${file}: row ${line}` : `row ${line}`)
          return readTable(table, options, { onReject, changes, onObject })
        },
      },
    ],
  }
}

function announce(source: string, { roles }: Table, emit: Emit): void {
  const { id, isMade, vectors, properties, leftOut } = roles
  emit({
    type: 'source_read_as',
    source,
    shape: 'parquet',
    id: [...id],
    id_made: isMade,
    vectors: [...vectors].map(([name, column]) => (name === '' ? column : `${name}=${column}`)),
    renamed: [...properties]
      .filter(([name, column]) => name !== column)
      .map(([name, column]) => `${column} → ${name}`),
    left_out: [...leftOut],
  })
}

async function identityOf(
  files: readonly TableFile[],
  wishes: TableSourceOptions,
  content: string | undefined,
): Promise<string> {
  const { idFrom, vectorFrom, timezone } = wishes
  const hash = createHash('sha256').update(JSON.stringify([idFrom, vectorFrom, timezone]))
  if (content !== undefined) return hash.update(content).digest('hex').slice(0, 32)
  for (const { path } of files) {
    const { size, mtimeMs } = await stat(path)
    hash.update(JSON.stringify([resolve(path), size, mtimeMs]))
  }
  return hash.digest('hex').slice(0, 32)
}

function emptyTable(name: string): ElysiaError {
  return new ElysiaError('ELYSIA_INPUT', `${name} holds no rows`, { hint: 'nothing was made' })
}
