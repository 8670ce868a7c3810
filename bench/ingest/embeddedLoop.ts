/** The floor of the embedded store: the same rows, the same INSERTs, the same pragmas, and nothing around them. */
import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { fileObject } from '../../lib/change/layout.ts'
import { objectsTable } from '../../lib/store/sqlite/format.ts'
import { printFigures } from '../measure.ts'

const [input, output] = process.argv.slice(2) as [string, string]
const database = new Database(output)
database.pragma('page_size = 8192')
database.pragma('journal_mode = WAL')
database.pragma('synchronous = NORMAL')
database.pragma('cache_size = -32000')
database.pragma('wal_autocheckpoint = 2000')
database.exec(objectsTable(1))
const insert = database.prepare(
  `INSERT INTO objects_1 (tenant, id, hash, created, updated, properties, vector, vectors)
   VALUES (0, ?, ?, ?, ?, ?, NULL, NULL)`,
)
const lines = readFileSync(input, 'utf8').split('\n')

await printFigures(async () => {
  let written = 0
  for (let at = 0; at < lines.length; at += 500) {
    const now = Date.now()
    database.exec('BEGIN IMMEDIATE')
    for (const line of lines.slice(at, at + 500)) {
      if (line === '') continue
      const { repo, path, content: text, metadata, timestamp } = JSON.parse(line)
      const { id, properties } = fileObject({ repo, path, text, metadata, timestamp })
      const key = Buffer.from(id.replaceAll('-', ''), 'hex')
      insert.run(key, properties.record_hash, now, now, JSON.stringify(properties))
      written += 1
    }
    database.exec('COMMIT')
  }
  return written
})
database.close()
