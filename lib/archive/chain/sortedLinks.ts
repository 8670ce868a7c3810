import { scaledToMemory } from '../../core/memory/limits.ts'
import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { wholeNumbers } from '../../core/value/wholeNumbers.ts'
import { type SqliteDatabase, temporaryDatabase } from '../../database/connection.ts'
import { objectIn } from '../object/lineReader.ts'
import { objectText } from '../object/lineWriter.ts'

/** The id of a deleted object. */
export interface RemovedId {
  readonly id: string
}

const TABLE = 'CREATE TABLE changes (id TEXT PRIMARY KEY, line BLOB) WITHOUT ROWID'
const PUT = 'INSERT OR REPLACE INTO changes VALUES (?, ?)'
const PAGE = 'SELECT id, line FROM changes WHERE id > ? ORDER BY id LIMIT 500'
const PAGE_BYTES = 4 * 1024 * 1024

/**
 * The newest change of each id in several links of a chain, oldest first, in order of id: an object, or that it is
 * gone. A link is read only after the one before it, so that any number of them takes no more memory than one; what
 * they changed is sorted in a temporary file, which an abort ends at the next page. Errors: those of the links, and the
 * reason of `signal`; ELYSIA_STORE if the file has no room
 */
export async function* sortedLinks(
  links: Iterable<AsyncIterable<readonly (StoredObject | RemovedId)[]>>,
  schema: CollectionSchema,
  signal: AbortSignal,
): AsyncGenerator<readonly (StoredObject | RemovedId)[]> {
  const database = temporaryDatabase()
  try {
    database.exec(TABLE)
    const put = database.prepare(PUT)
    const putPage = database.transaction((page: readonly (StoredObject | RemovedId)[]) => {
      for (const one of page) put.run(one.id, 'properties' in one ? Buffer.from(objectText(one)) : null)
    })
    for (const link of links) {
      for await (const page of link) {
        signal.throwIfAborted()
        putPage(page)
      }
    }
    yield* pagesIn(database, schema)
  } finally {
    database.close()
  }
}

type Row = [id: string, line: Buffer | null]

function* pagesIn(
  database: SqliteDatabase,
  schema: CollectionSchema,
): Generator<readonly (StoredObject | RemovedId)[]> {
  const numbers = wholeNumbers(schema.properties)
  const select = database.prepare(PAGE).raw()
  const most = scaledToMemory(PAGE_BYTES)
  for (let last = ''; ; ) {
    const page: (StoredObject | RemovedId)[] = []
    let bytes = 0
    for (const [id, line] of select.iterate(last) as Iterable<Row>) {
      page.push(line === null ? { id } : objectIn(line, numbers, false).object)
      bytes += line?.length ?? 0
      if (bytes >= most) break
    }
    if (page.length === 0) return
    last = page.at(-1)!.id
    yield page
  }
}
