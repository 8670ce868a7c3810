import type { SqliteDatabase } from '../../database/connection.ts'

/**
 * `runs`: a run and its newest checkpoint state; rows are in the order in which runs began, whatever the clock said.
 * Tables to which a run only adds are separate, and are removed with it: `run_commits`, `run_marks`,
 * `run_fingerprints`. `positions`, the last commit of each repository in a collection, outlives all runs.
 */
const TABLES = `
  CREATE TABLE IF NOT EXISTS runs (
    run TEXT PRIMARY KEY, key TEXT NOT NULL, status TEXT NOT NULL, collection TEXT NOT NULL,
    class TEXT NOT NULL, target TEXT NOT NULL, inputs TEXT NOT NULL, started_at TEXT NOT NULL,
    updated_at TEXT NOT NULL, checkpoint TEXT, error TEXT, kind TEXT NOT NULL DEFAULT 'ingest', counts TEXT,
    error_code TEXT, shown TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS runs_of_key ON runs (key);
  CREATE INDEX IF NOT EXISTS runs_into ON runs (target, class);
  CREATE TABLE IF NOT EXISTS names (
    target TEXT NOT NULL, class TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (target, class)
  ) STRICT;
  CREATE TABLE IF NOT EXISTS positions (
    target TEXT NOT NULL, class TEXT NOT NULL, repository TEXT NOT NULL, last_commit TEXT NOT NULL,
    PRIMARY KEY (target, class, repository)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS run_commits (
    run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, repository TEXT NOT NULL, last_commit TEXT NOT NULL,
    PRIMARY KEY (run, repository)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS run_marks (
    run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, input INTEGER NOT NULL, line INTEGER NOT NULL,
    digest TEXT NOT NULL, PRIMARY KEY (run, input, line)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS run_fingerprints (
    run TEXT NOT NULL REFERENCES runs ON DELETE CASCADE, input INTEGER NOT NULL, record INTEGER NOT NULL,
    crcs BLOB NOT NULL, PRIMARY KEY (run, input, record)
  ) STRICT, WITHOUT ROWID;
`

/** Makes the journal's tables if they do not exist, and migrates those of an older version. */
export function migrateJournal(database: SqliteDatabase): void {
  if (hasColumn(database, 'runs', 'shown')) return
  const migrating = database.transaction(() => {
    if (hasColumn(database, 'runs', 'shown')) return
    const older = hasTable(database, 'runs')
    const inOne = older && !hasTable(database, 'positions')
    database.exec(TABLES)
    if (inOne) separate(database)
    if (older && !hasColumn(database, 'runs', 'kind')) database.exec(KINDS)
    if (older) database.exec('ALTER TABLE runs ADD COLUMN shown TEXT')
  })
  migrating.immediate()
}

/** Older journals had only rows of ingests and restores, which differed in their inputs. */
const KINDS = `
  ALTER TABLE runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'ingest';
  ALTER TABLE runs ADD COLUMN counts TEXT;
  ALTER TABLE runs ADD COLUMN error_code TEXT;
  UPDATE runs SET kind = 'restore' WHERE checkpoint IS NULL AND inputs LIKE '["archive %';
`

function hasColumn(database: SqliteDatabase, table: string, name: string): boolean {
  return database.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?').get(table, name) !== undefined
}

function hasTable(database: SqliteDatabase, name: string): boolean {
  const found = database.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?`).get(name)
  return found !== undefined
}

/** Older checkpoints contained the commits and marks of their entire run. */
function separate(database: SqliteDatabase): void {
  const withCommits = `FROM runs, json_each(runs.checkpoint, '$.tally.commits') AS entry WHERE checkpoint IS NOT NULL
    ORDER BY runs.rowid`
  const withMarks = `FROM runs, json_each(runs.checkpoint, '$.marks') AS entry WHERE checkpoint IS NOT NULL`
  database.exec(`
    DROP INDEX IF EXISTS runs_by_key;
    INSERT OR REPLACE INTO positions SELECT target, class, entry.key, entry.value ${withCommits};
    INSERT OR REPLACE INTO run_commits SELECT run, entry.key, entry.value ${withCommits};
    INSERT OR REPLACE INTO run_marks
      SELECT run, entry.key, entry.value ->> 'line', entry.value ->> 'digest' ${withMarks};
    UPDATE runs SET checkpoint = json_set(
      json_remove(checkpoint, '$.marks', '$.tally.commits'),
      '$.input', json_array_length(checkpoint, '$.marks') - 1, '$.mark', json_extract(checkpoint, '$.marks[#-1]')
    ) WHERE json_type(checkpoint, '$.marks') = 'array';
  `)
}
