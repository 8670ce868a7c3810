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
  archive: ['archive/untrusted.test.ts', 'archive/roundTrip.test.ts', 'archive/golden.tests.ts'],
  'archive/chain': ['archive/chain/objects.tests.ts', 'archive/chain/check.tests.ts'],
  'archive/foreign': [
    'archive/foreign/plainJsonl.tests.ts',
    'archive/foreign/weaviateExport.test.ts',
    'archive/foreignInputs.test.ts',
  ],
  'archive/format/parquet': [
    'archive/format/formats.contract.tests.ts',
    'archive/format/parquet/parquet.test.ts',
  ],
  'archive/object': [
    'archive/object/lines.tests.ts',
    'archive/object/numbers.tests.ts',
    'archive/format/formats.contract.tests.ts',
  ],
  'archive/part': ['archive/untrusted.test.ts', 'archive/roundTrip.test.ts'],
  'archive/storage': ['archive/storage/storage.tests.ts', 'archive/untrusted.test.ts'],
  'async/thread': ['async/thread/threadStage.test.ts'],
  catalog: ['catalog/catalog.tests.ts', 'catalog/foreign.test.ts'],
  'catalog/lock': ['catalog/lock/lock.test.ts', 'job/verify/verify.test.ts'],
  'catalog/retention': ['catalog/retention/retention.test.ts', 'catalog/retention/laws.tests.ts'],
  change: ['change/stages.tests.ts', 'change/model.tests.ts'],
  config: ['config/settings.tests.ts', 'config/trust.tests.ts'],
  core: ['change/schema.tests.ts', 'catalog/catalog.tests.ts', 'job/ingest/kill.test.ts'],
  'core/value': ['archive/format/formats.contract.tests.ts', 'archive/object/numbers.tests.ts'],
  database: ['store/sqlite/file.tests.ts'],
  file: ['job/watch/watch.tests.ts', 'catalog/catalog.tests.ts', 'job/rehearse/rehearse.tests.ts'],
  'monitor/expect': ['monitor/expect/expectations.tests.ts'],
  'monitor/report': ['monitor/report/report.tests.ts', 'monitor/report/html.tests.ts'],
  'monitor/history': ['monitor/history/history.tests.ts', 'monitor/history/recorder.tests.ts'],
  'job/backup': [
    'job/backup/backup.tests.ts',
    'job/backup/partitions.tests.ts',
    'job/backup/tenants.tests.ts',
  ],
  'job/backup/increment': ['job/backup/increment/history.tests.ts'],
  'job/cleanup': ['job/cleanup/cleanup.test.ts', 'job/cleanup/chains.tests.ts'],
  'job/conformance': ['job/conformance/conformance.tests.ts'],
  'job/copy': [
    'job/copy/copy.tests.ts',
    'job/copy/follow/follow.tests.ts',
    'job/copy/refusals.tests.ts',
    'job/copy/set.tests.ts',
  ],
  'job/health': ['job/health/health.tests.ts'],
  'job/migrate': ['job/migrate/migrate.tests.ts'],
  'job/diff': [
    'job/diff/diff.tests.ts',
    'job/diff/recheck.tests.ts',
    'job/diff/damage.tests.ts',
    'job/diff/partial.tests.ts',
  ],
  'job/ingest': ['job/ingest/continue.tests.ts', 'job/ingest/dryRun.tests.ts'],
  'job/restore': ['job/restore/restore.test.ts', 'job/restore/plain.tests.ts'],
  'job/rehearse': ['job/rehearse/rehearse.tests.ts'],
  'job/restore/planned': ['job/restore/planned/plan.tests.ts'],
  'job/rollback': ['job/rollback/rollback.tests.ts', 'job/rollback/killed.test.ts'],
  'job/backup/thread': ['job/thread/backup.test.ts'],
  'job/ingest/thread': ['job/thread/backup.test.ts', 'job/thread/ingest.test.ts'],
  'job/restore/thread': ['job/thread/backup.test.ts', 'job/thread/restore.test.ts'],
  'job/set': ['job/set/order.tests.ts', 'job/copy/set.tests.ts'],
  'job/transform': ['job/transform/examples.tests.ts'],
  'job/undo': ['job/rollback/rollback.tests.ts', 'job/restore/conflict/resolve.tests.ts'],
  'job/delete': ['job/delete/delete.tests.ts'],
  'job/selection': ['job/selection/backup.tests.ts', 'job/selection/restore.tests.ts'],
  'job/verify': ['job/verify/verify.test.ts', 'job/verify/live.tests.ts', 'job/verify/expired.tests.ts'],
  'job/watch': ['job/watch/watch.tests.ts'],
  'monitor/profile': ['monitor/profile/profiler.test.ts'],
  'monitor/doctor': ['monitor/doctor/doctor.tests.ts'],
  'monitor/metrics': ['monitor/metrics/source.tests.ts'],
  'monitor/serve': ['monitor/metrics/serve.tests.ts', 'monitor/dashboard/access.tests.ts'],
  'monitor/dashboard': ['monitor/dashboard/live.tests.ts', 'monitor/dashboard/file/export.tests.ts'],
  'monitor/alerts/config': ['monitor/alerts/config/read.tests.ts'],
  'monitor/alerts/rule': ['monitor/alerts/rule/look.tests.ts'],
  'monitor/alerts/sink': [
    'monitor/alerts/sink/sinks.contract.tests.ts',
    'monitor/alerts/sink/http.tests.ts',
    'monitor/alerts/pings.tests.ts',
  ],
  run: [
    'run/run.tests.ts',
    'run/rejectsFile.tests.ts',
    'job/ingest/continue.tests.ts',
    'change/schema.tests.ts',
    'job/backup/tenants.tests.ts',
    'job/restore/sources.test.ts',
  ],
  'run/event': ['run/event.tests.ts'],
  store: ['store/overlay.tests.ts', 'store/target.tests.ts'],
  'store/memory': ['store/memory/store.tests.ts'],
  'store/sink': ['store/sink/order.tests.ts', 'store/sink/outcomes.tests.ts'],
  'store/sqlite': ['store/sqlite/store.tests.ts', 'store/sqlite/format.tests.ts'],
  'store/validation': ['store/memory/store.tests.ts', 'store/sqlite/store.tests.ts'],
  'store/weaviate': ['store/weaviate/double.tests.ts'],
  stream: [
    'stream/contract.tests.ts',
    'archive/roundTrip.test.ts',
    'job/restore/restore.test.ts',
    'job/restore/sources.test.ts',
  ],
  'stream/codec': ['stream/codec/compression.test.ts', 'stream/codec/decompress.tests.ts'],
  'stream/lines': ['stream/lines/splitLines.test.ts', 'stream/lines/skipSettled.tests.ts'],
  transform: ['job/restore/restore.test.ts'],
  'transform/step': ['transform/step/steps.tests.ts'],
  'transform/value': ['transform/value/conversion.tests.ts'],
  'transform/expression': ['transform/expression/expressions.tests.ts'],
  'transform/file': ['transform/file/read.tests.ts'],
  'transform/script': ['transform/script/script.tests.ts'],
  'transform/object': ['transform/object/compare.tests.ts', 'job/verify/live.tests.ts'],
  'transform/filter': [
    'transform/filter/predicate.tests.ts',
    'transform/filter/check.tests.ts',
    'transform/filter/pushDown.tests.ts',
  ],
}

/** Files that the command alone calls, and the tests that run the command so that it does. */
const BY_COMMAND: Readonly<Record<string, string>> = {
  'lib/catalog/database/filter.ts': 'bin/catalog.test.ts',
  'lib/catalog/lock/read.ts': 'bin/restoreLock.test.ts',
  'lib/job/delete/index.ts': 'bin/delete.test.ts',
  'lib/monitor/progress/options.ts': 'bin/progress.test.ts',
  'lib/job/selection/reader.ts': 'bin/select.test.ts',
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
  return named.has(file) || tests.includes(`${own}.test.ts`) || tests.includes(`${own}.tests.ts`)
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
