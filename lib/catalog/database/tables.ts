/** The format of the index, stored in `PRAGMA user_version`. */
export const INDEX_FORMAT = 2

/**
 * The tables of format 2. Details have their own table, so that a scan of ten thousand archives reads only narrow
 * rows.
 */
export const INDEX_TABLES = `
  CREATE TABLE archives (
    id TEXT PRIMARY KEY,
    status TEXT NOT NULL,
    collection TEXT NOT NULL,
    cluster TEXT NOT NULL,
    started TEXT NOT NULL,
    finished TEXT,
    updated TEXT NOT NULL,
    deleted TEXT,
    root TEXT NOT NULL,
    location TEXT NOT NULL,
    shape TEXT NOT NULL,
    content TEXT NOT NULL,
    format TEXT NOT NULL,
    compression TEXT NOT NULL,
    objects INTEGER NOT NULL,
    vectors INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    raw_bytes INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    version TEXT NOT NULL,
    tenants TEXT NOT NULL,
    parent TEXT,
    tags TEXT NOT NULL,
    note TEXT,
    pinned INTEGER NOT NULL,
    damaged INTEGER NOT NULL,
    verified_level TEXT,
    verified_time TEXT,
    verified_ok INTEGER,
    error TEXT,
    annotated INTEGER NOT NULL,
    without_vectors INTEGER NOT NULL,
    all_tenants INTEGER NOT NULL,
    filter TEXT
  );
  CREATE INDEX archives_started ON archives (started);
  CREATE INDEX archives_collection ON archives (collection, started);
  CREATE INDEX archives_status ON archives (status, started);
  CREATE INDEX archives_location ON archives (location);
  CREATE TABLE details (id TEXT PRIMARY KEY REFERENCES archives ON DELETE CASCADE, manifest TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE tags (
    tag TEXT NOT NULL,
    id TEXT NOT NULL REFERENCES archives ON DELETE CASCADE,
    PRIMARY KEY (tag, id)
  ) WITHOUT ROWID;
  CREATE INDEX tags_id ON tags (id);
  CREATE TABLE verifications (
    id TEXT NOT NULL REFERENCES archives ON DELETE CASCADE,
    level TEXT NOT NULL,
    time TEXT NOT NULL,
    ok INTEGER NOT NULL,
    errors INTEGER NOT NULL,
    sample TEXT,
    PRIMARY KEY (id, level)
  ) WITHOUT ROWID;
  CREATE TABLE roots (path TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE unreadable (path TEXT PRIMARY KEY, message TEXT NOT NULL) WITHOUT ROWID;
`

/** From format 1 to 2: adds what archives hold of their collections, and what could not be read. */
export const INDEX_MIGRATION = `
  ALTER TABLE archives ADD COLUMN without_vectors INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE archives ADD COLUMN all_tenants INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE archives ADD COLUMN filter TEXT;
  UPDATE archives SET
    all_tenants = tenants = '[]',
    without_vectors = coalesce(
      (SELECT json_extract(manifest, '$.encoding.vectors') = 'none' FROM details WHERE details.id = archives.id), 0);
  CREATE TABLE unreadable (path TEXT PRIMARY KEY, message TEXT NOT NULL) WITHOUT ROWID;
`
