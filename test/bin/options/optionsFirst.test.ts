// SPEC §8: options are held against each other and against the disk before a store, an input or an archive is opened.
import { existsSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import t from 'tap'
import { home } from '../elysiactl.ts'

/** Nobody listens there, and there is no such file; either would be another exit code, and take its time. */
const AWAY = ['--target', 'http://127.0.0.1:1?grpc=127.0.0.1:1']
const INTO = ['--collection', 'c']

/** Each command with one mistake in its options; what it is to read is not there, and its target is away. */
const MISTAKES: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [['index', 'process-jsonl', 'none.jsonl', ...INTO, '--batch-size', '0'], /batch-size/],
  [['index', 'process-jsonl', 'none.jsonl', ...INTO, '--content-root', 'none'], /content root none/],
  [
    ['index', 'process-jsonl', 'none.jsonl', ...INTO, '--tenant', 'a', '--tenant-by', 'repo'],
    /cannot be combined/,
  ],
  [['index', 'sync', '--stdin', ...INTO, '--content-root', 'none'], /content root none/],
  [['index', 'sync', '--stdin', '--from-command', ...INTO, '--', 'none'], /two inputs/],
  [['index', 'watch', 'none', ...INTO, '--settle', 'soon'], /settle/],
  [['index', 'watch', 'none', ...INTO, '--content-root', 'none'], /content root none/],
  [['col', 'cat', 'None', '--limit', '-1'], /limit/],
  [['col', 'backup', 'None', '--to', 'a.parquet'], /parquet/],
  [['col', 'backup', 'None', '--compression', 'zstd:99'], /zstd/],
  [['col', 'restore', 'none', '--on-conflict', 'guess'], /on-conflict/],
  [['col', 'restore', 'none', '--level', 'x'], /level/],
  [['col', 'catalog', 'verify', 'none', '--sample', '4/3'], /sample/],
  [['col', 'catalog', 'cleanup', '--keep-last', 'x'], /keep-last/],
]

for (const [args, message] of MISTAKES) {
  t.test(`a wrong option comes before all else: ${args.join(' ')}`, async (t) => {
    const { directory, run } = home(t)
    const end = args.indexOf('--')
    const target = args.includes('catalog') ? [] : AWAY
    const words = end < 0 ? [...args, ...target] : [...args.slice(0, end), ...target, ...args.slice(end)]
    const { code, stderr } = await run(words)
    t.equal(code, 2, stderr)
    t.match(stderr, message)
    t.notMatch(stderr, /no file|unreachable|127\.0\.0\.1/, 'nothing else was looked at')
    t.notOk(existsSync(join(directory, 'data')), 'and nothing was made')
    t.strictSame(madeIn(directory), [])
  })
}

/** What lies in a home but for caches and the history, which notes every command that failed. */
function madeIn(directory: string): string[] {
  const all = readdirSync(directory, { recursive: true, withFileTypes: true })
  const files = all
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name))
  const own = files.map((file) => relative(directory, file))
  return own.filter((file) => !/^(\.?cache\/|state\/elysiactl\/history\.db)/.test(file))
}
