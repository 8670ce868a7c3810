/** What a module holds, which others it may import, and which it may import for types only. */
export interface Module {
  readonly holds: string
  readonly sees: readonly string[]
  readonly typesOf?: readonly string[]
}

/** The modules of lib/. SPEC.md prints this table; test/architecture.test.ts enforces it. */
export const MODULES: Readonly<Record<string, Module>> = {
  core: {
    holds:
      'the terms all modules share: object, schema, operation, outcome, stage, reject, error, JSON, units, times',
    sees: [],
  },
  file: {
    holds: 'the file system: directories, identity of files, patterns of names, YAML with its places',
    sees: ['core'],
  },
  options: { holds: 'options: their schemas, values and tables', sees: ['core'] },
  async: { holds: 'retries, deadlines, semaphores, worker pools', sees: ['core'] },
  database: { holds: 'SQLite: connections, errors, file locks', sees: ['core', 'file'] },
  stream: {
    holds: 'streams of bytes, lines, JSON and batches; compression; digests',
    sees: ['core'],
  },
  change: {
    holds: 'change records: schema, rules, identity, layout, and the operation that each becomes',
    sees: ['core', 'stream'],
    typesOf: ['store'],
  },
  archive: {
    holds: 'archives: manifest, journal, storage, objects, formats, parts, foreign files',
    sees: ['core', 'file', 'database', 'stream'],
  },
  store: {
    holds: 'stores: their contract, the three stores, validation, and the sink that keeps order',
    sees: ['core', 'options', 'async', 'database', 'archive'],
  },
  catalog: {
    holds: 'the catalog of archives, retention rules, and locks',
    sees: ['core', 'file', 'options', 'database', 'archive'],
    typesOf: ['run'],
  },
  transform: {
    holds: 'object → object and schema → schema: transforms, and what has to change for another store',
    sees: ['core', 'file', 'stream'],
    typesOf: ['store'],
  },
  config: {
    holds: 'configuration files, the environment, and paths',
    sees: ['core', 'file', 'options'],
  },
  run: {
    holds: 'runs: frame, context, events, journal, state, rejects',
    sees: ['core', 'file', 'options', 'async', 'database', 'store'],
  },
  monitor: {
    holds: 'monitoring: progress, profile, history, expectations, report, metrics, alerts, dashboard',
    sees: ['core', 'file', 'options', 'async', 'database', 'catalog', 'config', 'run'],
  },
  job: {
    holds:
      'what a user asks for: ingest, watch, backup, restore, verify, diff, cleanup; each with its report',
    sees: [
      'core',
      'file',
      'options',
      'async',
      'database',
      'stream',
      'change',
      'archive',
      'store',
      'catalog',
      'transform',
      'config',
      'run',
    ],
  },
  schema: { holds: 'the JSON Schemas of the package, generated', sees: [] },
}

/** Each third-party package and the one file that imports it, types included: others have what they need from there. */
export const PACKAGES: Readonly<Record<string, string>> = {
  '@node-rs/xxhash': 'lib/stream/codec/lz4Library.ts',
  '@opentelemetry/api': 'lib/monitor/trace/telemetryApi.ts',
  'apache-arrow': 'lib/archive/format/arrow.ts',
  'better-sqlite3': 'lib/database/connection.ts',
  'bytes-iec': 'lib/core/units.ts',
  chokidar: 'lib/job/watch/directory/watcher.ts',
  citty: 'bin/cli/tree.ts',
  'cli-truncate': 'bin/view/columns.ts',
  consola: 'bin/cli/log.ts',
  cosmiconfig: 'lib/config/files.ts',
  croner: 'lib/monitor/auto/schedule.ts',
  'env-paths': 'lib/config/paths.ts',
  'fastest-levenshtein': 'lib/core/suggest.ts',
  'hyparquet-writer': 'lib/archive/format/parquetThrift.ts',
  'log-update': 'bin/view/footer.ts',
  'lz4-napi': 'lib/stream/codec/lz4Library.ts',
  ms: 'lib/core/units.ts',
  'nice-grpc': 'lib/store/weaviate/grpc/calls.ts',
  'p-limit': 'lib/store/weaviate/cluster/cluster.ts',
  'p-retry': 'lib/async/retry.ts',
  'parquet-wasm': 'lib/archive/format/parquetWasm.ts',
  'prom-client': 'lib/monitor/metrics/process.ts',
  protobufjs: 'lib/store/weaviate/grpc/protobuf.ts',
  re2js: 'lib/transform/expression/regexp.ts',
  split2: 'lib/stream/lines/ownLines.ts',
  'stream-json': 'lib/archive/format/jsonScan.ts',
  'string-width': 'bin/view/columns.ts',
  tinypool: 'lib/async/thread/threads.ts',
  typebox: 'lib/core/typebox.ts',
  'weaviate-client': 'lib/store/weaviate/grpc/library.ts',
  yaml: 'lib/file/document.ts',
  'zstd-napi': 'lib/stream/codec/zstd.ts',
}
