/** Goes up with each change of the tables. */
export const HISTORY_FORMAT = 1

/**
 * `runs` holds a row for each try; `totals` the sums over all that ever were, and `successes` the last good run of each
 * subject: pruning leaves both alone. Each index goes on with what the lists are sorted by, and with what else they
 * are chosen by. Times are
 * milliseconds since 1970: as texts they would be a seventh of the file.
 */
export const HISTORY_TABLES = `
  CREATE TABLE runs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    kind TEXT NOT NULL,
    "trigger" TEXT NOT NULL,
    collection TEXT NOT NULL,
    target TEXT NOT NULL,
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
  CREATE INDEX runs_subject ON runs (kind, collection, target, status, started_at, rate);
  CREATE INDEX runs_open ON runs (number) WHERE owner IS NOT NULL;
  CREATE TABLE totals (
    kind TEXT NOT NULL,
    collection TEXT NOT NULL,
    target TEXT NOT NULL,
    status TEXT NOT NULL,
    code TEXT NOT NULL,
    runs INTEGER NOT NULL,
    seconds REAL NOT NULL,
    records INTEGER NOT NULL,
    rejected INTEGER NOT NULL,
    bytes_in INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL,
    retries INTEGER NOT NULL,
    PRIMARY KEY (kind, collection, target, status, code)
  ) WITHOUT ROWID;
  CREATE TABLE successes (
    kind TEXT NOT NULL,
    collection TEXT NOT NULL,
    target TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (kind, collection, target)
  ) WITHOUT ROWID;
  CREATE INDEX successes_number ON successes (number);
`
