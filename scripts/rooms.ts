/** What one room is for, which others it may import, and which it may name as types only. */
export interface Room {
  readonly holds: string
  readonly sees: readonly string[]
  readonly typesOf?: readonly string[]
}

/** The rooms of lib/ and the command. SPEC.md prints this table, test/architecture.test.ts holds it. */
export const ROOMS: Readonly<Record<string, Room>> = {
  change: {
    holds: 'the contract with producers: schema, rules, identity, layout, the operation a record becomes',
    sees: [],
    typesOf: ['store', 'stream'],
  },
  stream: { holds: 'how things flow: bytes, lines, JSON, batches, retries, digests', sees: [] },
  store: {
    holds: 'where objects live: the contract, its members, and the sink that keeps order',
    sees: ['stream'],
  },
  archive: {
    holds: 'where bytes rest: formats, compression, places, manifest, parts, verification',
    sees: ['stream'],
    typesOf: ['store'],
  },
  catalog: {
    holds: 'which archives exist, which may go, and who may touch them now',
    sees: ['archive'],
  },
  transform: {
    holds: 'object → object and schema → schema: what has to change for another store',
    sees: [],
    typesOf: ['store'],
  },
  config: {
    holds: 'what environment and configuration files say, and where things lie',
    sees: [],
    typesOf: ['store'],
  },
  job: {
    holds: 'what a user asks for: ingest, watch, backup, restore, verify, cleanup; each with its report',
    sees: ['change', 'stream', 'store', 'archive', 'catalog', 'transform', 'config'],
  },
  schema: { holds: 'the JSON Schemas of the package, generated', sees: [] },
}

/** Each third-party package and the files that may import it at run time. */
export const PACKAGES: Readonly<Record<string, RegExp>> = {
  'better-sqlite3': /^lib\/(store\/sqlite\w*|catalog\/index\w*)\.ts$/,
  'nice-grpc': /^lib\/store\/weaviate\/searchCall\.ts$/,
  protobufjs: /^lib\/store\/weaviate\/message\.ts$/,
  'weaviate-client': /^lib\/store\/weaviate/,
  'p-limit': /^lib\/store\/weaviate/,
  'p-retry': /^lib\/stream\/retry\.ts$/,
  'lz4-napi': /^lib\/(stream\/lz4|archive\/lz4)\.ts$/,
  typebox: /^lib\/(change\/(record|reportSchema|rejectSchema)|archive\/manifest\w*)\.ts$/,
  'parquet-wasm': /^lib\/archive\/parquet/,
  'apache-arrow': /^lib\/archive\/parquet/,
  'stream-json': /^lib\/archive\/json/,
  'zstd-napi': /^lib\/archive\/zstd\.ts$/,
  chokidar: /^lib\/job\/watch\/files\.ts$/,
  'bytes-iec': /^lib\/units\.ts$/,
  ms: /^lib\/units\.ts$/,
  'fastest-levenshtein': /^lib\/nearest\.ts$/,
  'env-paths': /^lib\/config\/paths\.ts$/,
  cosmiconfig: /^lib\/config\/files\.ts$/,
  'cli-progress': /^bin\//,
  'cli-table3': /^bin\//,
}
