// What --max-memory holds jobs to. The records are as large as those that once took twice the limit.
import { randomBytes } from 'node:crypto'
import t from 'tap'
import { home } from '../elysiactl.ts'

const RECORDS = 24
const TEXT_BYTES = 2_000_000
const LIMIT = ['--max-memory', '200MB']
const MOST_MB = 220

/** Texts that compress to a half. */
function objects(): string {
  const text = () => randomBytes(TEXT_BYTES / 2).toString('hex')
  const idOf = (n: number) => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`
  const lines = Array.from({ length: RECORDS }, (_, n) =>
    JSON.stringify({ id: idOf(n), class: 'Doc', properties: { body: text() } }),
  )
  return `${lines.join('\n')}\n`
}

t.test('jobs on records of 2 MB stay within --max-memory, and finish', async (t) => {
  const { runApart } = home(t, { 'objects.jsonl': objects() })
  const within = async (...args: string[]) => {
    const { code, stderr } = await runApart([...args, ...LIMIT])
    t.equal(code, 0, stderr)
    const [, mebibytes] = /memory peaked at (\d+\.?\d*) MiB/.exec(stderr) ?? []
    t.ok(Number(mebibytes) * 1.048576 < MOST_MB, `${args.join(' ')}: ${mebibytes} MiB`)
  }
  await within('col', 'restore', 'objects.jsonl', '--target', 'sqlite:one.db')
  await within('col', 'backup', 'Doc', '--target', 'sqlite:one.db', '--to', 'tables', '--format', 'parquet')
  await within('col', 'restore', 'tables', '--target', 'sqlite:two.db')
  await within(
    'col',
    'restore',
    'tables',
    '--target',
    'sqlite:two.db',
    '--on-conflict',
    'overwrite',
    '--fresh',
  )
  const since = ['--to', 'increment', '--since', 'tables']
  await within('col', 'backup', 'Doc', '--target', 'sqlite:one.db', ...since)
  await within('col', 'catalog', 'compact', 'latest:Doc')
})
