// The tree of test/ mirrors lib/: which file of lib has a test of its own, and through which others are tested.
import { globSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

/**
 * Files without a test of their own, by folder (with all below it, unless a longer row names that), and the tests that
 * run them: they are steps of what these tests call, and have no use, nor a contract, outside of it.
 */
const THROUGH: Readonly<Record<string, readonly string[]>> = {
  archive: ['archive/untrusted.test.ts', 'archive/roundTrip.test.ts', 'archive/golden.test.ts'],
  'archive/chain': ['archive/chain/objects.test.ts', 'archive/chain/check.test.ts'],
  'archive/foreign': [
    'archive/foreign/plainJsonl.test.ts',
    'archive/foreign/weaviateExport.test.ts',
    'archive/foreignInputs.test.ts',
  ],
  'archive/format/parquet': [
    'archive/format/formats.contract.test.ts',
    'archive/format/parquet/parquet.test.ts',
  ],
  'archive/object': [
    'archive/object/lines.test.ts',
    'archive/object/numbers.test.ts',
    'archive/format/formats.contract.test.ts',
  ],
  'archive/part': ['archive/untrusted.test.ts', 'archive/roundTrip.test.ts'],
  'archive/storage': ['archive/storage/storage.test.ts', 'archive/untrusted.test.ts'],
  'async/thread': ['async/thread/threadStage.test.ts'],
  catalog: ['catalog/catalog.test.ts', 'catalog/foreign.test.ts'],
  'catalog/lock': ['catalog/lock/lock.test.ts', 'job/verify/verify.test.ts'],
  'catalog/retention': ['catalog/retention/retention.test.ts', 'catalog/retention/laws.test.ts'],
  change: ['change/stages.test.ts', 'change/model.test.ts'],
  config: ['config/settings.test.ts', 'config/trust.test.ts'],
  core: ['change/schema.test.ts', 'catalog/catalog.test.ts', 'job/ingest/kill.test.ts'],
  'core/value': ['archive/format/formats.contract.test.ts', 'archive/object/numbers.test.ts'],
  database: ['store/sqlite/file.test.ts'],
  file: ['job/watch/watch.test.ts', 'catalog/catalog.test.ts', 'job/rehearse/rehearse.test.ts'],
  'monitor/expect': ['monitor/expect/expectations.test.ts'],
  'monitor/report': ['monitor/report/report.test.ts', 'monitor/report/html.test.ts'],
  'monitor/history': ['monitor/history/history.test.ts', 'monitor/history/recorder.test.ts'],
  'job/backup': ['job/backup/backup.test.ts', 'job/backup/partitions.test.ts', 'job/backup/tenants.test.ts'],
  'job/backup/increment': ['job/backup/increment/history.test.ts'],
  'job/cleanup': ['job/cleanup/cleanup.test.ts', 'job/cleanup/chains.test.ts'],
  'job/conformance': ['job/conformance/conformance.test.ts'],
  'job/copy': [
    'job/copy/copy.test.ts',
    'job/copy/follow/follow.test.ts',
    'job/copy/refusals.test.ts',
    'job/copy/set.test.ts',
  ],
  'job/health': ['job/health/health.test.ts'],
  'job/migrate': ['job/migrate/migrate.test.ts'],
  'job/diff': [
    'job/diff/diff.test.ts',
    'job/diff/recheck.test.ts',
    'job/diff/damage.test.ts',
    'job/diff/partial.test.ts',
  ],
  'job/ingest': ['job/ingest/continue.test.ts', 'job/ingest/dryRun.test.ts'],
  'job/restore': ['job/restore/restore.test.ts', 'job/restore/plain.test.ts'],
  'job/rehearse': ['job/rehearse/rehearse.test.ts'],
  'job/restore/planned': ['job/restore/planned/plan.test.ts'],
  'job/rollback': ['job/rollback/rollback.test.ts', 'job/rollback/killed.test.ts'],
  'job/backup/thread': ['job/thread/backup.test.ts'],
  'job/ingest/thread': ['job/thread/backup.test.ts', 'job/thread/ingest.test.ts'],
  'job/restore/thread': ['job/thread/backup.test.ts', 'job/thread/restore.test.ts'],
  'job/set': ['job/set/order.test.ts', 'job/copy/set.test.ts'],
  'job/transform': ['job/transform/examples.test.ts'],
  'job/undo': ['job/rollback/rollback.test.ts', 'job/restore/conflict/resolve.test.ts'],
  'job/delete': ['job/delete/delete.test.ts'],
  'job/selection': ['job/selection/backup.test.ts', 'job/selection/restore.test.ts'],
  'job/verify': ['job/verify/verify.test.ts', 'job/verify/live.test.ts', 'job/verify/expired.test.ts'],
  'job/watch': ['job/watch/watch.test.ts'],
  'monitor/profile': ['monitor/profile/profiler.test.ts'],
  'monitor/doctor': ['monitor/doctor/doctor.test.ts'],
  'monitor/metrics': ['monitor/metrics/source.test.ts', 'monitor/metrics/process.test.ts'],
  'monitor/serve': ['monitor/metrics/serve.test.ts', 'monitor/dashboard/access.test.ts'],
  'monitor/dashboard': ['monitor/dashboard/live.test.ts', 'monitor/dashboard/file/export.test.ts'],
  'monitor/alerts/config': ['monitor/alerts/config/read.test.ts'],
  'monitor/alerts/rule': ['monitor/alerts/rule/evaluateRules.test.ts'],
  'monitor/alerts/sink': [
    'monitor/alerts/sink/sinks.contract.test.ts',
    'monitor/alerts/sink/http.test.ts',
    'monitor/alerts/pings.test.ts',
  ],
  run: [
    'run/run.test.ts',
    'run/rejectsFile.test.ts',
    'job/ingest/continue.test.ts',
    'change/schema.test.ts',
    'job/backup/tenants.test.ts',
    'job/restore/sources.test.ts',
  ],
  'run/event': ['run/event.test.ts'],
  store: ['store/overlay.test.ts', 'store/target.test.ts'],
  'store/memory': ['store/memory/store.test.ts'],
  'store/sink': ['store/sink/order.test.ts', 'store/sink/outcomes.test.ts'],
  'store/sqlite': ['store/sqlite/store.test.ts', 'store/sqlite/format.test.ts'],
  'store/validation': ['store/memory/store.test.ts', 'store/sqlite/store.test.ts'],
  'store/weaviate': ['store/weaviate/double.test.ts'],
  stream: [
    'stream/contract.test.ts',
    'archive/roundTrip.test.ts',
    'job/restore/restore.test.ts',
    'job/restore/sources.test.ts',
  ],
  'stream/codec': ['stream/codec/compression.test.ts', 'stream/codec/decompress.test.ts'],
  'stream/lines': ['stream/lines/splitLines.test.ts', 'stream/lines/skipSettled.test.ts'],
  transform: ['job/restore/restore.test.ts'],
  'transform/step': ['transform/step/steps.test.ts'],
  'transform/value': ['transform/value/conversion.test.ts'],
  'transform/expression': ['transform/expression/expressions.test.ts'],
  'transform/file': ['transform/file/read.test.ts'],
  'transform/script': ['transform/script/script.test.ts'],
  'transform/object': ['transform/object/compare.test.ts', 'job/verify/live.test.ts'],
  'transform/filter': [
    'transform/filter/predicate.test.ts',
    'transform/filter/check.test.ts',
    'transform/filter/pushDown.test.ts',
  ],
}

/** Files that the command alone calls, and the tests that run the command so that it does. */
const BY_COMMAND: Readonly<Record<string, string>> = {
  'lib/catalog/database/filter.ts': 'bin/commands/catalog.test.ts',
  'lib/catalog/lock/read.ts': 'bin/archive/restoreLock.test.ts',
  'lib/job/delete/index.ts': 'bin/commands/delete.test.ts',
  'lib/monitor/progress/options.ts': 'bin/terminal/progress.test.ts',
  'lib/job/selection/reader.ts': 'bin/archive/select.test.ts',
}

const root = fileURLToPath(new URL('../', import.meta.url))
const lib = globSync('lib/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.d.ts'))
const tests = globSync('test/**/*.ts', { cwd: root })
const scripts = globSync('scripts/*.ts', { cwd: root })
const imports = new Map([...lib, ...tests, ...scripts].map((file) => [file, importsOf(file)]))
const named = new Set(tests.flatMap((file) => imports.get(file)!))

function textOf(file: string): string {
  return readFileSync(posix.join(root, file), 'utf8')
}

function importsOf(file: string): string[] {
  const found = textOf(file).matchAll(/(?:from|import) ?\(?'(\.[^']+)'/g)
  return [...found].map(([, from]) => posix.join(posix.dirname(file), from!))
}

/** A test at the same path in test/, or any test that imports the file itself. */
function hasOwnTest(file: string): boolean {
  const own = file.replace(/^lib/, 'test').replace(/\.ts$/, '')
  return named.has(file) || tests.includes(`${own}.test.ts`)
}

/** Types and names of others alone: there is nothing to run. */
function isRun(file: string): boolean {
  return /^(?:export (?:default |abstract )?)?(?:async )?(?:function|class|const|let|for|await)\b/m.test(
    textOf(file),
  )
}

/** All that a test imports, itself or through others; what only the index of the library names is not run by it. */
function reached(test: string): Set<string> {
  const found = new Set<string>()
  const open = [test]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue
    found.add(file)
    if (file === 'lib/index.ts') continue
    open.push(...(imports.get(file) ?? []))
  }
  return found
}

function rowOf(file: string): string | undefined {
  const folder = posix.dirname(file).slice('lib/'.length)
  const rows = Object.keys(THROUGH).filter((row) => folder === row || folder.startsWith(`${row}/`))
  return rows.sort((a, b) => b.length - a.length)[0]
}

const without = lib.filter((file) => isRun(file) && !hasOwnTest(file) && BY_COMMAND[file] === undefined)

t.test(
  'a file of lib has a test of its own, or the table says through which ones it is tested',
  async (t) => {
    t.ok(lib.length > 300, `${lib.length} files`)
    t.strictSame(
      without.filter((file) => rowOf(file) === undefined),
      [],
    )
  },
)

t.test('the tests of the table are there, and reach the files that they are named for', async (t) => {
  const reach = new Map<string, Set<string>>()
  for (const [row, names] of Object.entries(THROUGH)) {
    const missing = names.filter((name) => !tests.includes(`test/${name}`))
    t.strictSame(missing, [], row)
    reach.set(row, new Set(names.flatMap((name) => [...reached(`test/${name}`)])))
  }
  t.strictSame(
    without.filter((file) => reach.get(rowOf(file) ?? '')?.has(file) !== true),
    [],
    'a file that no test of its row imports',
  )
})

t.test('the table has no row without such a file', async (t) => {
  for (const [file, test] of Object.entries(BY_COMMAND)) {
    t.ok(tests.includes(`test/${test}`), test)
    t.ok(lib.includes(file) && !hasOwnTest(file), file)
  }
  const used = new Set(without.map(rowOf))
  t.strictSame(
    Object.keys(THROUGH).filter((row) => !used.has(row)),
    [],
  )
})

t.test('tests stand in files called *.test.ts: nothing runs others', async (t) => {
  const isOther = (file: string) => !file.endsWith('.test.ts') && /^(?:await )?t\.test\(/m.test(textOf(file))
  t.strictSame(tests.filter(isOther), [])
})

t.test('the folders of test/ are those of lib/, and a few for the whole', async (t) => {
  const whole = ['acceptance', 'bin', 'cases', 'contract', 'double', 'fixtures', 'page', 'torture']
  const folders = [...new Set(tests.map((file) => posix.dirname(file).slice('test/'.length)))]
  const isMirrored = (folder: string) => lib.some((file) => file.startsWith(`lib/${folder}/`))
  t.strictSame(
    folders.filter(
      (folder) => !isMirrored(folder) && !whole.includes(folder.split('/')[0]!) && folder !== '',
    ),
    [],
  )
})
