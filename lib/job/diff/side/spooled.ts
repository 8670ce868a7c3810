import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { objectIn } from '../../../archive/object/lineReader.ts'
import { objectText } from '../../../archive/object/lineWriter.ts'
import type { ObjectRange, ObjectSource } from '../../../archive/object/source.ts'
import { ElysiaError } from '../../../core/errors.ts'
import { scaledToMemory } from '../../../core/memory/limits.ts'
import type { StoredObject } from '../../../core/object.ts'
import type { CollectionSchema } from '../../../core/schema.ts'
import { wholeNumbers } from '../../../core/value/wholeNumbers.ts'
import { type SqliteDatabase, temporaryDatabase } from '../../../database/connection.ts'
import type { RestoreSource } from '../../restore/source/source.ts'
import type { DiffSide, SideReadOptions } from './side.ts'

const TABLE = 'CREATE TABLE objects (tenant TEXT NOT NULL, id TEXT NOT NULL, line BLOB NOT NULL)'
const INDEX = 'CREATE UNIQUE INDEX by_id ON objects (tenant, id)'
const TWICE = 'SELECT id FROM objects GROUP BY tenant, id HAVING count(*) > 1 LIMIT 1'
const PAGE = 'SELECT line FROM objects WHERE tenant = ? AND id > ? AND id <= ? ORDER BY id LIMIT 500'
const PAGE_BYTES = 4 * 1024 * 1024
const BEHIND_ALL = '~'

/**
 * Objects in any order (JSON lines, a table, a document of the original, an export of a server) as a side of a
 * comparison. They are sorted in a temporary file as large as they are. Memory: a page, and a cache of some megabytes.
 */
export function spooledSide(source: RestoreSource): DiffSide {
  const { name, schema, tenants, about, withoutVectors, kind } = source
  return {
    name,
    schema,
    isSchemaDerived: kind !== 'original',
    ...(tenants && { tenants: tenants.map(({ name }) => ({ name })) }),
    ...(kind !== 'jsonl' && kind !== 'parquet' && { kind: 'weaviate' }),
    ...(about !== undefined && { about }),
    ...(withoutVectors !== undefined && { withoutVectors }),
    open: (reading) => inOrder(source, reading),
    close: async () => source.close?.(),
  }
}

/** @throws ElysiaError ELYSIA_DAMAGED, naming the id, if an object appears twice; that of the source */
async function inOrder(source: RestoreSource, reading: SideReadOptions): Promise<ObjectSource> {
  const database = temporaryDatabase()
  try {
    database.exec(TABLE)
    await fill(database, source, reading)
    const twice = database.prepare(TWICE).pluck().get() as string | undefined
    if (twice !== undefined) {
      throw new ElysiaError('ELYSIA_DAMAGED', `${source.name} has ${twice} twice`, {
        hint: 'nobody knows which object of a repeated id counts: remove one of them',
      })
    }
    database.exec(INDEX)
    return spooled(database, source.schema)
  } catch (error) {
    database.close()
    throw error
  }
}

async function fill(
  database: SqliteDatabase,
  source: RestoreSource,
  reading: SideReadOptions,
): Promise<void> {
  const insert = database.prepare('INSERT INTO objects VALUES (?, ?, ?)')
  const insertPage = database.transaction((page: readonly StoredObject[]) => {
    for (const object of page) insert.run(object.tenant ?? '', object.id, Buffer.from(objectText(object)))
  })
  for (const part of source.parts) {
    const end = new Writable({
      objectMode: true,
      highWaterMark: 1,
      write(page: readonly StoredObject[], _, done) {
        try {
          insertPage(page)
          done()
        } catch (error) {
          done(error as Error)
        }
      },
    })
    await pipeline(await part.pages(reading.onReject), end, { signal: reading.signal })
  }
}

function spooled(database: SqliteDatabase, schema: CollectionSchema): ObjectSource {
  const names = database
    .prepare('SELECT DISTINCT tenant FROM objects ORDER BY tenant')
    .pluck()
    .all() as string[]
  const ranges = names.map((name): ObjectRange => (name === '' ? {} : { tenant: name }))
  return {
    schema,
    ranges: ranges.length === 0 ? [{}] : ranges,
    pages: (range) => Readable.from(pagesOf(database, schema, range), { objectMode: true, highWaterMark: 1 }),
    close: async () => void database.close(),
  }
}

async function* pagesOf(
  database: SqliteDatabase,
  schema: CollectionSchema,
  { tenant = '', after = '', upTo = BEHIND_ALL }: ObjectRange,
): AsyncGenerator<readonly StoredObject[]> {
  const numbers = wholeNumbers(schema.properties)
  const select = database.prepare(PAGE).pluck()
  for (let last = after; ; ) {
    const page: StoredObject[] = []
    let bytes = 0
    for (const line of select.iterate(tenant, last, upTo) as Iterable<Buffer>) {
      page.push(objectIn(line, numbers, false).object)
      bytes += line.length
      if (bytes >= scaledToMemory(PAGE_BYTES)) break
    }
    if (page.length === 0) return
    last = page.at(-1)!.id
    yield page
  }
}
