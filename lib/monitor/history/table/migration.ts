import type { SqliteDatabase } from '../../../database/connection.ts'
import { rewrite } from './compact.ts'
import { HISTORY_FORMAT, HISTORY_TABLES, TRAFFIC_TABLE } from './tables.ts'

/**
 * Creates the tables in an empty file, or migrates an older format, rows and sums included: 100,000 runs take about
 * three seconds, once. One transaction: a process that is killed meanwhile leaves the old format. Afterward the file
 * gives back the space that the old tables took, about half of it.
 */
export function createOrMigrate(database: SqliteDatabase): void {
  let hasCopied = false
  const step = () => {
    // Another process may have been first.
    const format = database.pragma('user_version', { simple: true })
    hasCopied = format === 1
    if (format === 0) database.exec(HISTORY_TABLES)
    else if (format === 1) database.exec(FROM_1)
    else if (format === 2) database.exec(FROM_2 + FROM_3)
    else if (format === 3) database.exec(FROM_3)
    database.pragma(`user_version = ${HISTORY_FORMAT}`)
  }
  database.transaction(step).immediate()
  if (hasCopied) rewrite(database)
}

/** The first files stored times as ISO texts. */
function ms(column: string): string {
  const ofText = `CAST(round((julianday(${column}) - 2440587.5) * 86400000) AS INTEGER)`
  return `CASE typeof(${column}) WHEN 'text' THEN ${ofText} ELSE ${column} END`
}

const INDEXES = [
  ...['runs_started', 'runs_kind', 'runs_collection', 'runs_status', 'runs_subject', 'runs_open'],
  'successes_number',
]

/** Format 1 repeats kind, collection and target in each row, index and sum. */
const FROM_1 = `
  ${INDEXES.map((name) => `DROP INDEX IF EXISTS ${name};`).join(' ')}
  ALTER TABLE runs RENAME TO runs_1;
  ALTER TABLE totals RENAME TO totals_1;
  ALTER TABLE successes RENAME TO successes_1;
  ${HISTORY_TABLES}
  INSERT INTO subjects (kind, collection, target, runs)
    SELECT kind, collection, target, sum(runs) FROM (
      SELECT kind, collection, target, count(*) AS runs FROM runs_1 GROUP BY 1, 2, 3
      UNION ALL SELECT DISTINCT kind, collection, target, 0 FROM totals_1
    ) GROUP BY 1, 2, 3;
  INSERT INTO runs
    SELECT number, id, attempt, runs_1.kind, "trigger", runs_1.collection, subject,
      row_number() OVER (PARTITION BY subject ORDER BY started_at, number),
      status, code, exit_code, ${ms('started_at')}, ${ms('updated_at')}, ${ms('ended_at')}, seconds, records, rejected,
      bytes_in, bytes_out, rate, retries, archive, owner, progress, details
    FROM runs_1 JOIN subjects USING (kind, collection, target) ORDER BY number;
  INSERT INTO totals
    SELECT subject, status, code, totals_1.runs, seconds, records, rejected, bytes_in, bytes_out, retries
    FROM totals_1 JOIN subjects USING (kind, collection, target);
  INSERT INTO successes
    SELECT subjects.subject, number, coalesce(ended_at, updated_at)
    FROM successes_1 JOIN subjects USING (kind, collection, target) JOIN runs USING (number);
  DROP TABLE runs_1;
  DROP TABLE totals_1;
  DROP TABLE successes_1;
`

/** Format 2 has traffic sums without days, into which nothing was ever written. */
const FROM_2 = `DROP TABLE traffic; ${TRAFFIC_TABLE}`

/** Format 3 does not say when the last successful run of a subject ended. */
const FROM_3 = `
  ALTER TABLE successes ADD COLUMN ended_at INTEGER NOT NULL DEFAULT 0;
  UPDATE successes SET ended_at = (
    SELECT coalesce(ended_at, updated_at) FROM runs WHERE runs.number = successes.number
  );
`
