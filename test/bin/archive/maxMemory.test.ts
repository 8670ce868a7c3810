/*
 * What --max-memory holds jobs to. The records are as large as those that once took twice the limit; without it, twelve of
 * them take more than the test allows. At each run of the suite: the first restore, and one job of three.
 */
import { randomBytes } from 'node:crypto'
import t from 'tap'
import { runs } from '../../runs.ts'
import { home } from '../elysiactl.ts'

const ALL = runs(0) > 0
const RECORDS = ALL ? 24 : 12
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

const FIRST = ['col', 'restore', 'objects.jsonl', '--target', 'sqlite:one.db']
const BACKUP = ['col', 'backup', 'Doc', '--target', 'sqlite:one.db']
const TABLES = [...BACKUP, '--to', 'tables', '--format', 'parquet']
const RESTORE = ['col', 'restore', 'tables', '--target', 'sqlite:two.db']
const OVERWRITE = [...RESTORE, '--on-conflict', 'overwrite', '--fresh']
const INCREMENT = [...BACKUP, '--to', 'increment', '--since', 'tables']
const COMPACT = ['col', 'catalog', 'compact', 'latest:Doc']

/** What is run, and what of it with the limit. */
function jobs(): {
  readonly run: readonly (readonly string[])[]
  readonly limited: readonly (readonly string[])[]
} {
  const all = [FIRST, TABLES, RESTORE, OVERWRITE, INCREMENT, COMPACT]
  if (ALL) return { run: all, limited: all }
  const chains = [[RESTORE], [RESTORE, OVERWRITE], [INCREMENT, COMPACT]]
  const chain = chains[Math.floor(Math.random() * chains.length)]!
  return { run: [FIRST, TABLES, ...chain], limited: [FIRST, chain.at(-1)!] }
}

t.test('jobs on records of 2 MB stay within --max-memory, and finish', async (t) => {
  const { runApart } = home(t, { 'objects.jsonl': objects() })
  const { run, limited } = jobs()
  for (const args of run) {
    const isLimited = limited.includes(args)
    const { code, stderr } = await runApart(isLimited ? [...args, ...LIMIT] : args)
    t.equal(code, 0, stderr)
    if (!isLimited) continue
    const [, mebibytes] = /memory peaked at (\d+\.?\d*) MiB/.exec(stderr) ?? []
    t.ok(Number(mebibytes) * 1.048576 < MOST_MB, `${args.join(' ')}: ${mebibytes} MiB`)
  }
})
