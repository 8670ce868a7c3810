/** Increases with each change of the tables; `migration.ts` then gets one more step. */
export const HISTORY_FORMAT = 4

/** The traffic with each place, by the day on which the run began. */
export const TRAFFIC_TABLE = `
  CREATE TABLE traffic (
    place TEXT NOT NULL,
    day INTEGER NOT NULL,
    seconds REAL NOT NULL,
    bytes_in INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL,
    stalls_in INTEGER NOT NULL,
    stalls_out INTEGER NOT NULL,
    stalled_in_seconds REAL NOT NULL,
    stalled_out_seconds REAL NOT NULL,
    PRIMARY KEY (place, day)
  ) WITHOUT ROWID;`

/**
 * `runs` holds a row for each try. `subjects` holds each kind, collection and target, and how many runs it ever had:
 * `nth` numbers its runs. `totals` holds the sums over all runs ever, `successes` the last successful run of each
 * subject and when it ended (reading that from its row would read a page for each subject), and `traffic` the traffic of each day (since 1970) with each place; pruning changes none of them. Each index
 * continues with the columns that lists sort and filter by; `runs_subject` covers all columns of a trend. Times are
 * milliseconds since 1970: as texts they would take a seventh of the file.
 */
export const HISTORY_TABLES = `
  CREATE TABLE subjects (
    subject INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    collection TEXT NOT NULL,
    target TEXT NOT NULL,
    runs INTEGER NOT NULL,
    UNIQUE (kind, collection, target)
  );
  CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    kind TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    collection TEXT NOT NULL,
    subject INTEGER NOT NULL,
    nth INTEGER NOT NULL,
    status TEXT NOT NULL,
    code TEXT NOT NULL,
    exit_code INTEGER,
    started_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    ended_at INTEGER,
    seconds REAL,
    records INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    bytes_in INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL,
    rate REAL,
    retries INTEGER NOT NULL,
    archive TEXT,
    owner TEXT,
    progress TEXT,
    details TEXT NOT NULL,
    UNIQUE (id, attempt)
  );
  CREATE INDEX runs_started ON runs (started_at);
  CREATE INDEX runs_kind ON runs (kind, started_at, status);
  CREATE INDEX runs_collection ON runs (collection, started_at, kind, status);
  CREATE INDEX runs_status ON runs (status, started_at, kind);
  CREATE INDEX runs_subject ON runs (
    subject, status, started_at, nth, rate, seconds, bytes_in, bytes_out, id
  );
  CREATE INDEX runs_open ON runs (number) WHERE owner IS NOT NULL;
  CREATE TABLE totals (
    subject INTEGER NOT NULL,
    status TEXT NOT NULL,
    code TEXT NOT NULL,
    runs INTEGER NOT NULL,
    seconds REAL NOT NULL,
    records INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    bytes_in INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL,
    retries INTEGER NOT NULL,
    PRIMARY KEY (subject, status, code)
  ) WITHOUT ROWID;
  CREATE TABLE successes (
    subject INTEGER PRIMARY KEY,
    number INTEGER NOT NULL,
    ended_at INTEGER NOT NULL
  );
  CREATE INDEX successes_number ON successes (number);
  ${TRAFFIC_TABLE}
`
