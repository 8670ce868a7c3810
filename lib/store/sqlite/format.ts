import { ElysiaError } from '../../core/errors.ts'
import type { SqliteDatabase } from '../../database/connection.ts'
import { ALIASES_TABLE, migrateFrom1 } from './migration.ts'

/** The version of the tables below, kept in `PRAGMA user_version`. SPEC.md, "The embedded store". */
const FORMAT_VERSION = 2

// The bytes of "elys", which mark the file as ours. https://www.sqlite.org/pragma.html#pragma_application_id
const APPLICATION_ID = 0x656c_7973

const TABLES = `
  CREATE TABLE collections (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    schema TEXT NOT NULL
  );
  CREATE TABLE tenants (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    collection INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
    name TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'active',
    UNIQUE (collection, name)
  );
  CREATE TABLE widths (
    collection INTEGER NOT NULL REFERENCES collections ON DELETE CASCADE,
    tenant INTEGER NOT NULL,
    vector TEXT NOT NULL,
    width INTEGER NOT NULL,
    PRIMARY KEY (collection, tenant, vector)
  ) WITHOUT ROWID;
  ${ALIASES_TABLE}
`

/**
 * The table of one collection's objects. `tenant` is 0 if there are none; `hash` is `record_hash`, separate so that it
 * is found without parsing `properties`; times are milliseconds, NULL if unknown; `links` is the JSON of the references
 * by property; `vector` is little-endian float32, `vectors` the named ones (vectors.ts).
 */
export function objectsTable(number: number): string {
  return `
    CREATE TABLE objects_${number} (
      number INTEGER PRIMARY KEY,
      tenant INTEGER NOT NULL,
      id BLOB NOT NULL,
      hash TEXT,
      created INTEGER,
      updated INTEGER,
      properties TEXT NOT NULL,
      links TEXT,
      vector BLOB,
      vectors BLOB,
      UNIQUE (tenant, id)
    )`
}

/**
 * Makes the tables in an empty database, migrates those of an older version, and leaves those of this version
 * unchanged.
 * @throws ElysiaError ELYSIA_STORE for a newer version's file, or someone else's
 */
export function migrate(database: SqliteDatabase, file: string): void {
  // In one transaction: otherwise tables that another process makes between two looks would seem foreign.
  if (database.transaction(() => versionOf(database, file))() === FORMAT_VERSION) return
  const lay = database.transaction(() => {
    const version = versionOf(database, file)
    if (version === FORMAT_VERSION) return
    if (version === 1) migrateFrom1(database)
    else database.exec(TABLES)
    database.pragma(`application_id = ${APPLICATION_ID}`)
    database.pragma(`user_version = ${FORMAT_VERSION}`)
  })
  lay.immediate()
}

/** The format version of our database; 0 for an empty one. */
function versionOf(database: SqliteDatabase, file: string): number {
  const application = database.pragma('application_id', { simple: true })
  const version = Number(database.pragma('user_version', { simple: true }))
  if (application === APPLICATION_ID) {
    if (version > FORMAT_VERSION || version < 1) throw newer(file, version)
    return version
  }
  if (!isEmpty(database)) throw foreignDatabase(file)
  return 0
}

function isEmpty(database: SqliteDatabase): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined
}

function newer(file: string, version: number): ElysiaError {
  const message = `${file} has format ${version}; this elysiactl knows format ${FORMAT_VERSION}`
  return new ElysiaError('ELYSIA_STORE', message, {
    hint: 'Use a newer elysiactl; the file was not changed.',
  })
}

function foreignDatabase(file: string): ElysiaError {
  return new ElysiaError('ELYSIA_STORE', `${file} is the database of another program`, {
    hint: 'Name another file; this one was not changed.',
  })
}
