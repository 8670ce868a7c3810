import { createReadStream, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import type { RestoreReport } from '../../../lib/job/restore/report.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { type Home, home } from '../elysiactl.ts'
import { filled, idOf, STORE } from '../filled.ts'

const TO = ['--target', 'sqlite:restored.db']

/** A home with a store of so many objects, and their archive in `archive/`. */
async function archived(t: Parameters<typeof home>[0], count = 300): Promise<Home> {
  const at = home(t)
  const objects = Array.from({ length: count }, (_, n) => ({
    id: idOf(n),
    properties: { path: `p${n}`, text: 'x'.repeat(100) },
  }))
  await filled(at, 'SourceCode', objects)
  const words = ['col', 'backup', 'SourceCode', '--to', 'archive', '--part-size', '8KiB', ...STORE]
  t.equal((await at.run(words)).code, 0)
  return at
}

function reportOf({ stdout }: { stdout: string }): RestoreReport {
  return JSON.parse(stdout).restores[0] as RestoreReport
}

t.test('a collection is backed up, restored under a new name, and both print the same', async (t) => {
  const at = await archived(t)
  const { code, stdout, stderr } = await at.run(['col', 'restore', 'archive', '--name', 'my-code', ...TO])
  t.equal(code, 0, stderr)
  t.equal(stdout, '')
  t.match(stderr, /done: MyCode in sqlite:.*restored.db/)
  t.match(stderr, /objects +300\n +written +300\n +rejected +0\n +skipped +0/)
  t.match(stderr, 'read back: 300 of 300 objects, equal to what was written')
  const one = await at.run(['col', 'cat', 'SourceCode', ...STORE])
  const other = await at.run(['col', 'cat', 'my-code', ...TO])
  t.equal(one.stdout, other.stdout)
})

t.test("a server's own export is restored by the command as it is built", async (t) => {
  const at = home(t)
  const things = fileURLToPath(new URL('../../../fixtures/weaviate-export/things', import.meta.url))
  const ended = await at.run(['col', 'restore', things, '--collection', 'PqThing', '--json', ...TO])
  t.equal(ended.code, 0, ended.stderr)
  t.equal(reportOf(ended).status, 'done')
  t.strictSame(reportOf(ended).rejected, {})
  t.ok(reportOf(ended).written > 0)
})

t.test('--json prints one report, and nothing else', async (t) => {
  const at = await archived(t)
  const ended = await at.run(['col', 'restore', 'archive', '--json', ...TO])
  t.match(reportOf(ended), { status: 'done', objects: 300, written: 300 })
})

t.test('a collection that is there is exit 5, and nothing is written', async (t) => {
  const at = await archived(t)
  const { code, stderr } = await at.run(['col', 'restore', 'archive', ...STORE])
  t.equal(code, 5)
  t.match(stderr, /restore under another name with --name/)
})

t.test('a dry run makes no store', async (t) => {
  const at = await archived(t)
  const { code, stderr } = await at.run(['col', 'restore', 'archive', '--dry-run', ...TO])
  t.equal(code, 0)
  t.match(stderr, /dry run: nothing is written\n.* 300 objects, in 10 parts$/m)
  t.notOk(readdirSync(at.directory).includes('restored.db'))
})

t.test('a damaged archive is exit 4 and its part named; --skip-damaged is exit 3', async (t) => {
  const at = await archived(t)
  const parts = `${at.directory}/archive/parts`
  const name = readdirSync(parts)[1]!
  const bytes = readFileSync(`${parts}/${name}`)
  bytes[20]! ^= 1
  const { chmodSync } = await import('node:fs')
  chmodSync(`${parts}/${name}`, 0o600)
  writeFileSync(`${parts}/${name}`, bytes)
  const whole = await at.run(['col', 'restore', 'archive', ...TO])
  t.equal(whole.code, 4)
  t.match(whole.stderr, name)
  const rest = await at.run([
    'col',
    'restore',
    'archive',
    '--name',
    'Rest',
    '--skip-damaged',
    '--json',
    ...TO,
  ])
  t.equal(rest.code, 3)
  const { skipped, written, objects, parts_damaged } = reportOf(rest)
  t.strictSame(Object.keys(skipped), ['damaged'])
  t.equal(objects, written + skipped.damaged!)
  t.strictSame(parts_damaged, [`parts/${name}`])
  const manifest = `${at.directory}/archive/manifest.json`
  chmodSync(manifest, 0o600)
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"objects": 300', '"objects": 301'))
  t.equal((await at.run(['col', 'restore', 'archive', '--name', 'Other', ...TO])).code, 4)
})

t.test('an archive comes through a pipe, and one that is cut is exit 4', async (t) => {
  const at = await archived(t)
  t.equal((await at.run(['col', 'backup', 'SourceCode', '--to', 'one.jsonl.zst', ...STORE])).code, 0)
  const restoring = at.start(['col', 'restore', '-', ...TO])
  createReadStream(`${at.directory}/one.jsonl.zst`).pipe(restoring.child.stdin!)
  const { code, stderr } = await restoring.ended
  t.equal(code, 0, stderr)
  const cut = at.start(['col', 'restore', '-', '--name', 'Cut', ...TO])
  cut.child.stdin!.end(readFileSync(`${at.directory}/one.jsonl.zst`).subarray(0, -30))
  t.equal((await cut.ended).code, 4)
  t.equal((await at.run(['col', 'restore', 'one.jsonl.zst', '--name', 'File', ...TO])).code, 0)
})

t.test('refused objects are exit 3, and the rejects file can be restored from', async (t) => {
  const good = { id: idOf(1), properties: { title: 'good', n: 1 } }
  const bad = { id: idOf(2), properties: { title: 'bad', n: 'no number' } }
  const schema = {
    class: 'Plain',
    vectorizer: 'none',
    properties: [
      { name: 'title', dataType: ['text'] },
      { name: 'n', dataType: ['int'] },
    ],
  }
  const at = home(t, {
    'objects.jsonl': [good, bad].map((one) => `${JSON.stringify(one)}\n`).join(''),
    'class.json': JSON.stringify(schema),
  })
  const words = ['col', 'restore', 'objects.jsonl', '--schema', 'class.json', '--rejects', 'r.jsonl', ...TO]
  const { code, stderr } = await at.run(words)
  t.equal(code, 3, stderr)
  t.match(stderr, /rejected +1\n +store_rejected +1\n/)
  t.match(stderr, /rejected objects: r.jsonl/)
  const line = JSON.parse(readFileSync(`${at.directory}/r.jsonl`, 'utf8')) as { id: string; reason: string }
  t.match(line, { id: idOf(2), reason: /n/, object: { id: idOf(2) } })
  const again = await at.run(['col', 'restore', 'r.jsonl', '--name', 'Again', '--json', ...TO])
  t.match(reportOf(again), { written: 1 })
})

t.test('usage, and what is not there', async (t) => {
  const at = home(t, { 'not.txt': 'hello' })
  t.equal((await at.run(['col', 'restore', ...TO])).code, 2)
  t.equal((await at.run(['col', 'restore', '-', '-', ...TO])).code, 2)
  t.equal((await at.run(['col', 'restore', 'a', 'b', ...TO])).code, 10)
  t.equal((await at.run(['col', 'restore', 'nowhere', ...TO])).code, 10)
  t.equal((await at.run(['col', 'restore', 'not.txt', ...TO])).code, 1)
  t.equal((await at.run(['col', 'restore', '.', ...TO])).code, 10)
  t.equal((await at.run(['col', 'restore', 'not.txt', '--on-conflict', 'mix', ...TO])).code, 2)
})

t.test('a server that is not there is exit 13', async (t) => {
  const at = await archived(t, 3)
  const target = ['--target', 'http://127.0.0.1:9', '--retry-for', '0']
  t.equal((await at.run(['col', 'restore', 'archive', ...target])).code, 13)
})

t.test('a restored store keeps no unfinished run', async (t) => {
  const at = await archived(t)
  await at.run(['col', 'restore', 'archive', ...TO])
  const { stdout } = await at.run(['index', 'status', '--json', ...TO])
  t.match(JSON.parse(stdout), { runs: [{ status: 'done', class: 'SourceCode' }] })
  const store = await openSqlite(`${at.directory}/restored.db`)
  t.equal(await store.collection('SourceCode').count(), 300)
  await store.close()
})
