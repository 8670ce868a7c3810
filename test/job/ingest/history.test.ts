import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { ingest } from '../../../lib/job/ingest/ingest.ts'
import { openMemory } from '../../../lib/store/memory/store.ts'
import { openStore } from '../../../lib/store/open.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import type { Store } from '../../../lib/store/store.ts'
import { parseTarget } from '../../../lib/store/target.ts'
import { weaviateDouble } from '../../double/double.ts'
import { objectsOf } from './killing.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const producer = fileURLToPath(new URL('../../../fixtures/git-producer.mjs', import.meta.url))
const skip = existsSync(`${root}.git`) ? false : 'this is no git checkout: it has no history to ingest'

/** Path → SHA-256 of the content, of every text file in the last commit's tree. */
function tree(): Map<string, string> {
  const listing = execFileSync('git', ['-C', root, 'ls-tree', '-r', '-z', 'HEAD'], { encoding: 'utf8' })
  const files = listing.split('\0').filter((line) => /^100(644|755) blob/.test(line))
  const entries = files.map((line) => {
    const [, id, path] = /^\d+ blob (\w+)\t([\s\S]+)$/.exec(line)!
    return [
      path!,
      execFileSync('git', ['-C', root, 'cat-file', 'blob', id!], { maxBuffer: 2 ** 28 }),
    ] as const
  })
  const texts = entries.filter(
    ([, bytes]) => !bytes.includes(0) && Buffer.from(bytes.toString()).equals(bytes),
  )
  return new Map(texts.map(([path, bytes]) => [path, createHash('sha256').update(bytes).digest('hex')]))
}

async function feed(store: Store) {
  const child = spawn(process.execPath, [producer, root, '--repo', 'elysiactl'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return ingest(child.stdout, store, { collection: 'history-of-elysiactl' })
}

async function check(t: Test, store: Store): Promise<void> {
  const report = await feed(store)
  t.strictSame(report.rejected, {})
  const objects = await objectsOf(store, report.class)
  const found = objects.map(
    ({ properties }) => [properties.file_path, properties.content_hash] as [string, string],
  )
  t.strictSame(new Map(found.sort()), new Map([...tree()].sort()))
}

t.test('the history of this project ends in the tree of its last commit', { skip }, async (t) => {
  const real = process.env.ELYSIACTL_TEST_WEAVIATE
  const double = await weaviateDouble()
  t.teardown(() => double.stop())
  const stores: Record<string, () => Promise<Store>> = {
    memory: async () => openMemory(),
    sqlite: () => openSqlite(`${t.testdir()}/store.db`),
    'the Weaviate double': () => openStore(parseTarget(double.target)),
  }
  for (const [name, open] of Object.entries(stores)) {
    await t.test(`in ${name}`, async (t) => {
      const store = await open()
      t.teardown(() => store.close())
      await check(t, store)
    })
  }
  const without = real === undefined ? 'ELYSIACTL_TEST_WEAVIATE names no server' : false
  await t.test('in a real Weaviate', { skip: without }, async (t) => {
    const [http, port = '50051'] = real!.split(',')
    const store = await openStore(parseTarget(`${http}?grpc=127.0.0.1:${port}`))
    t.teardown(() => store.close())
    await store.drop('HistoryOfElysiactl')
    await check(t, store)
    await store.drop('HistoryOfElysiactl')
  })
})
