import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { ingest } from '../../../lib/job/ingest/ingest.ts'
import { openStore } from '../../../lib/store/open.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import { weaviateDouble } from '../../double/double.ts'
import { runs } from '../../runs.ts'
import { objectsOf } from './killing.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const producer = fileURLToPath(new URL('../../../fixtures/git-producer.mjs', import.meta.url))
const skip = existsSync(`${root}.git`) ? false : 'this is no git checkout: it has no history to ingest'

/**
 * So many last commits, and all that stood before them as one. All of them, where the environment asks for more runs, go
 * into SQLite.
 */
const LAST = 30
const isWhole = runs(0) > 0

/** Path → SHA-256 of the content, of every text file in the last commit's tree. */
function tree(): Map<string, string> {
  const listing = git(['ls-tree', '-r', '-z', 'HEAD']).toString()
  const files = listing.split('\0').filter((line) => /^100(644|755) blob/.test(line))
  const entries = files.map((line) => /^\d+ blob (\w+)\t([\s\S]+)$/.exec(line)!.slice(1) as [string, string])
  const contents = blobs(entries.map(([id]) => id))
  const texts = entries
    .map(([, path], n) => [path, contents[n]!] as const)
    .filter(([, bytes]) => !bytes.includes(0) && Buffer.from(bytes.toString()).equals(bytes))
  return new Map(texts.map(([path, bytes]) => [path, createHash('sha256').update(bytes).digest('hex')]))
}

/** The contents of these blobs, which git says one after another: a line with the size, the bytes, a line feed. */
function blobs(ids: readonly string[]): Buffer[] {
  const all = git(['cat-file', '--batch'], ids.map((id) => `${id}\n`).join(''))
  let at = 0
  return ids.map(() => {
    const start = all.indexOf('\n', at) + 1
    const size = Number(all.toString('latin1', at, start).trimEnd().split(' ').at(-1))
    at = start + size + 1
    return all.subarray(start, start + size)
  })
}

function git(words: readonly string[], input = ''): Buffer {
  return execFileSync('git', ['-C', root, ...words], { input, maxBuffer: 2 ** 28 })
}

/** What the producer makes of the whole history of a repository. */
function produced(repository: string): Buffer {
  return execFileSync(process.execPath, [producer, repository, '--repo', 'elysiactl'], {
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

function* pieces(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

interface World {
  readonly history: Buffer
  readonly last: ReadonlyMap<string, string>
}

async function check(t: Test, store: Store, { history, last }: World): Promise<void> {
  const report = await ingest(Readable.from(pieces(history)), store, { collection: 'history-of-elysiactl' })
  t.strictSame(report.rejected, {})
  const objects = await objectsOf(store, report.class)
  const found = objects.map(
    ({ properties }) => [properties.file_path, properties.content_hash] as [string, string],
  )
  t.ok(last.size > 500, `${last.size} files`)
  t.strictSame(new Map(found.sort()), new Map([...last].sort()))
}

t.test('the history of this project ends in the tree of its last commit', { skip }, async (t) => {
  const real = process.env.ELYSIACTL_TEST_WEAVIATE
  const clone = `${t.testdir()}/clone`
  git(['clone', '--quiet', '--bare', '--no-local', '--depth', `${LAST}`, '--', root, clone])
  const world = { history: produced(clone), last: tree() }
  const whole = () => ({ ...world, history: produced(root) })
  await t.test('in sqlite', async (t) => {
    const store = await openSqlite(`${t.testdir()}/store.db`)
    t.teardown(() => store.close())
    await check(t, store, isWhole ? whole() : world)
  })
  await t.test('in the Weaviate double', async (t) => {
    const double = await weaviateDouble()
    t.teardown(() => double.stop())
    const store = await openStore(parseTarget(double.target))
    t.teardown(() => store.close())
    await check(t, store, world)
  })
  const without = real === undefined ? 'ELYSIACTL_TEST_WEAVIATE names no server' : false
  await t.test('in a real Weaviate', { skip: without }, async (t) => {
    const [http, port = '50051'] = real!.split(',')
    const store = await openStore(parseTarget(`${http}?grpc=127.0.0.1:${port}`))
    t.teardown(() => store.close())
    await store.drop('HistoryOfElysiactl')
    await check(t, store, whole())
    await store.drop('HistoryOfElysiactl')
  })
})
