// What --to, --compression, --mode and --sample may say, and what is refused before anything is opened.
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { destinationOf } from '../../../bin/commands/col/destination.ts'
import { fileModes, modeFault } from '../../../lib/archive/storage/modes.ts'
import { backupOptions } from '../../../lib/job/backup/options.ts'
import { sampleFault } from '../../../lib/job/verify/sample.ts'
import { resolveInput } from '../../../lib/options/options.ts'
import { home } from '../elysiactl.ts'
import { filled, idOf, STORE } from '../filled.ts'
import { some } from '../runs.ts'

const options = (input: object = {}) => resolveInput(backupOptions, input)

const REFUSED: readonly (readonly [name: string, hint: RegExp])[] = [
  ['x.parquet', /^--to x --format parquet$/],
  ['d/x.PARQUET.gz', /^--to d\/x --format parquet$/],
  ['x.json', /^--to x\.jsonl, or --to x --format json$/],
  ['x.json.gz', /^--to x\.jsonl\.gz, /],
  ['x.ndjson.zst', /^--to x\.jsonl\.zst, /],
  ['x.zst', /^--to x\.jsonl\.zst /],
  ['x.gz', /^--to x\.jsonl\.gz /],
  ['x.csv', /--to x for a directory, with --format parquet/],
  ['x.csv.gz', /^--to x\.jsonl\.zst /],
  ['x.tar.gz', /^--to x\.jsonl\.zst /],
  ['x.tgz', /^--to x\.jsonl\.zst /],
  ['x.zip', /^--to x\.jsonl\.zst /],
  ['x.jsonl.xz', /\.zst/],
]

t.test('a name that promises what is not written is refused, with the right one', async (t) => {
  for (const [name, hint] of REFUSED) {
    t.throws(() => destinationOf(name, options(), false), { code: 'ELYSIA_USAGE', hint }, name)
  }
})

t.test('a name decides shape, format and compression', async (t) => {
  const file = (path: string, compression: string) => ({ kind: 'file', path, compression })
  t.same(destinationOf('x.jsonl', options(), false), file('x.jsonl', 'none'))
  t.same(destinationOf('x.jsonl.gz', options(), false), file('x.jsonl.gz', 'gzip'))
  t.same(destinationOf('X.JSONL.ZST', options(), false), file('X.JSONL.ZST', 'zstd'))
  t.same(destinationOf('x.jsonl.lz4', options(), false), file('x.jsonl.lz4', 'lz4'))
  t.same(
    destinationOf('x.jsonl.zst', options({ compression: 'zstd:9' }), false),
    file('x.jsonl.zst', 'zstd:9'),
  )
  t.same(destinationOf('-', options(), false), { kind: 'pipe' })
  for (const path of [undefined, 'x', 'x/', 'x.parquet/', '2026-11-28', 'v1.37', 'code.parquet.d', 'x.bak']) {
    t.same(
      destinationOf(path, options({ format: 'parquet' }), true),
      { kind: 'directory', path },
      path ?? 'none',
    )
  }
})

t.test('what is a directory already is one, whatever it is called', async (t) => {
  const path = join(t.testdir({}), 'x.json')
  mkdirSync(path)
  t.same(destinationOf(path, options(), true), { kind: 'directory', path })
})

t.test('an option that the name contradicts is refused', async (t) => {
  const refused = (name: string, input: object, resume = false) =>
    t.throws(
      () => destinationOf(name, options(input), resume),
      { code: 'ELYSIA_USAGE' },
      JSON.stringify(input),
    )
  refused('x.jsonl', { compression: 'gzip' })
  refused('x.jsonl.gz', { compression: 'zstd' })
  refused('x.jsonl', { format: 'json' })
  refused('-', { format: 'parquet' })
  refused('x.jsonl', { partitionBy: 'tenant' })
  refused('x.jsonl', {}, true)
  refused('-', {}, true)
})

t.test('--compression that cannot apply to Parquet is exit 2, before the store is looked at', async (t) => {
  const { run, directory } = home(t)
  for (const compression of ['gzip', 'none', 'lz4', 'zstd:9', 'zst']) {
    const words = ['--format', 'parquet', '--to', 'x', '--compression', compression]
    const { code, stderr } = await run(['col', 'backup', 'c', '--target', 'sqlite:none.db', ...words])
    t.equal(code, 2, stderr)
  }
  t.notOk(existsSync(join(directory, 'x')))
})

t.test("Parquet's own compression is shown in report, manifest and list", async (t) => {
  const at = home(t)
  await filled(at, 'Thing', [])
  const words = ['--format', 'parquet', '--to', 'x', '--allow-empty', '--json', ...STORE]
  const { stdout, stderr } = await at.run(['col', 'backup', 'Thing', ...words])
  t.match(JSON.parse(stdout), { format: 'parquet', compression: 'zstd' }, stderr)
  const manifest = JSON.parse(readFileSync(join(at.directory, 'x', 'manifest.json'), 'utf8'))
  t.match(manifest.manifest, { encoding: { format: 'parquet', compression: 'zstd' } })
  t.match((await at.run(['col', 'catalog', 'list'])).stdout, /parquet\+zstd/)
  t.equal((await at.run(['col', 'catalog', 'verify', 'x', '--level', 'records', '-q'])).code, 0)
})

t.test('--mode says who may read what a backup makes', async (t) => {
  t.same(fileModes('private'), undefined)
  t.same(fileModes('0640'), { file: 0o640, directory: 0o750, masked: false })
  t.same(fileModes('604'), { file: 0o604, directory: 0o705, masked: false })
  t.same(fileModes('umask'), { file: 0o666, directory: 0o777, masked: true })
  for (const text of ['0777', '0440', '640x', '7', 'rw', '0200', '01640']) t.ok(modeFault(text), text)
  const at = home(t)
  await filled(at, 'Thing', [])
  const backup = ['col', 'backup', 'Thing', '--allow-empty', '-q', ...STORE]
  const shell = (args: readonly string[]) => at.start(args, ['sh', '-c', 'umask 027; exec "$@"', 'sh']).ended
  const mode = (path: string) => (statSync(join(at.directory, path)).mode & 0o777).toString(8)
  for (const [name, words, directory, file] of some([
    ['private', [], '700', '400'],
    ['masked', ['--mode', 'umask'], '750', '640'],
    ['set', ['--mode', '0644'], '755', '644'],
  ] as const)) {
    t.equal((await shell([...backup, '--to', `made/${name}`, ...words])).code, 0)
    t.equal((await shell([...backup, '--to', `${name}.jsonl`, ...words])).code, 0)
    t.equal(mode(`made/${name}`), directory, name)
    for (const one of [`made/${name}/manifest.json`, `made/${name}/schema.json`, `${name}.jsonl`]) {
      t.equal(mode(one), file, one)
    }
  }
})

t.test('a sample is a group that there is, or more than nothing and no more than all', async (t) => {
  for (const text of ['1/1', '4/4', '1/17', '0.5%', '100%', '100.0%'])
    t.equal(sampleFault(text), undefined, text)
  for (const text of ['4/3', '0/3', '0/0', '1/0', '0%', '0.0%', '101%', '100.1%', '999%'])
    t.ok(sampleFault(text), text)
  const at = home(t)
  await filled(at, 'Thing', [{ id: idOf(1), properties: { path: 'a' } }])
  t.equal((await at.run(['col', 'backup', 'Thing', '--to', 'x', '-q', ...STORE])).code, 0)
  for (const sample of ['4/3', '0%', '101%', '0/1', '1/', 'x']) {
    const { code, stderr } = await at.run(['col', 'catalog', 'verify', 'x', '--sample', sample])
    t.match({ code, stderr }, { code: 2, stderr: /--sample \S+ is not valid/ })
  }
  const groups = await Promise.all(
    [1, 2].map((n) => at.run(['col', 'catalog', 'verify', 'x', '--sample', `${n}/2`])),
  )
  t.same(
    groups.map(({ code }) => code),
    [0, 0],
  )
  t.same(groups.map(({ stderr }) => /nothing was verified/.test(stderr)).toSorted(), [false, true])
  const { stdout } = await at.run(['col', 'catalog', 'list', '--json'])
  const shown = await at.run(['col', 'catalog', 'show', JSON.parse(stdout).archives[0].id, '--json'])
  t.equal(JSON.parse(shown.stdout).verifications.length, 1, 'what looked at nothing is not noted')
})
