// Whichever command finds an archive damaged, the catalog knows it from then on: no increment is made of it.
import { chmodSync, copyFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { Catalog } from '../../../lib/catalog/catalog.ts'
import { adds, home } from '../elysiactl.ts'

const BACKUP = ['col', 'backup', 'Article', '--compression', 'none', '--json']

/** A store of 31 objects with a full archive of 30 in `full`, and an increment of it in `increment`. */
async function chain(t: Test) {
  const at = home(t, { 'changes.jsonl': adds(30), 'more.jsonl': adds(31) })
  const ingest = (file: string) => at.run(['index', 'process-jsonl', file, '--collection', 'Article'])
  const backup = async (more: readonly string[]) => {
    const { archive } = JSON.parse((await at.run([...BACKUP, ...more])).stdout)
    return archive as string
  }
  await ingest('changes.jsonl')
  const full = await backup(['--to', 'full'])
  await ingest('more.jsonl')
  const increment = await backup(['--to', 'increment', '--since', full])
  const catalog = new Catalog(`${at.directory}/state/elysiactl/catalog.db`)
  t.teardown(() => catalog.close())
  const isDamaged = (id: string) => catalog.find(id)?.damaged
  const forget = async () => {
    const sound = { level: 'records', time: new Date().toISOString(), ok: true, errors: 0 } as const
    for (const id of [full, increment]) await catalog.recordVerification(id, sound)
  }
  return { ...at, full, increment, backup, isDamaged, forget }
}

/** Cuts a file, and returns what puts it right again. */
function cut(path: string, bytes = 10): () => void {
  const whole = readFileSync(path)
  chmodSync(path, 0o600)
  truncateSync(path, bytes)
  return () => writeFileSync(path, whole)
}

function firstIn(folder: string): string {
  return `${folder}/${readdirSync(folder)[0]}`
}

t.test('a damaged part is noted with the archive by whatever reads it', async (t) => {
  const at = await chain(t)
  const copy = ['col', 'restore', at.full, '--name', 'Copy']
  const plan = ['--on-conflict', 'overwrite', '--plan', 'article.plan']
  t.match(await at.run(['col', 'restore', at.full, ...plan]), { code: 0 })
  cut(firstIn(`${at.directory}/full/parts`))
  const readers = [
    copy,
    [...copy, '--dry-run'],
    [...copy, '--skip-damaged'],
    ['col', 'apply', 'article.plan'],
    ['col', 'cat', './full'],
    ['diff', 'Article', './full'],
  ]
  for (const reader of readers) {
    const name = reader.slice(0, 2).join(' ')
    t.equal(at.isDamaged(at.full), false, name)
    const found = await at.run(reader)
    t.equal(found.code, reader.includes('--skip-damaged') ? 3 : 4, found.stderr)
    t.match(found.stderr, `the catalog notes that ${at.full} cannot be restored`, name)
    t.equal(at.isDamaged(at.full), true, name)
    await at.forget()
  }
})

t.test(
  'a verification that is less deep than what found damage says that this stays, and how it goes',
  async (t) => {
    const at = await chain(t)
    const repair = cut(firstIn(`${at.directory}/full/parts`))
    t.match(await at.run(['col', 'cat', './full']), { code: 4 })
    repair()
    const clears = `elysiactl col catalog verify ${at.full} --level records`
    const shallow = await at.run(['col', 'catalog', 'verify', at.full])
    t.match(shallow, {
      code: 0,
      stderr: `${at.full} still counts as damaged, as was found at level records: ${clears}`,
    })
    t.equal(at.isDamaged(at.full), true)
    const deep = await at.run(['col', 'catalog', 'verify', at.full, '--level', 'records'])
    t.equal(deep.code, 0)
    t.notMatch(deep.stderr, 'still counts as damaged')
    t.equal(at.isDamaged(at.full), false)
  },
)

t.test('damage of a base is noted with it and with the increment, and it is a base no more', async (t) => {
  const at = await chain(t)
  cut(firstIn(`${at.directory}/full/parts`))
  const readers = [
    ['col', 'cat', at.increment],
    ['diff', 'Article', './increment'],
    ['col', 'catalog', 'compact', at.increment],
    ['col', 'restore', at.increment, '--name', 'Copy'],
  ]
  for (const reader of readers) {
    await at.forget()
    t.match(await at.run(reader), { code: 4 })
    t.equal(at.isDamaged(at.full), true, reader.join(' '))
    t.equal(at.isDamaged(at.increment), true, reader.join(' '))
  }
  const next = await at.run(['col', 'backup', 'Article', '--since', 'last'])
  t.match(next, { code: 0, stderr: /a full archive is made/ })
})

t.test(
  'a damaged index of a base is noted by the backup that finds it, and the next one is full',
  async (t) => {
    const at = await chain(t)
    cut(firstIn(`${at.directory}/full/index`))
    const since = ['col', 'backup', 'Article', '--since', 'last']
    for (const backup of [[...since, '--dry-run'], since]) {
      await at.forget()
      t.match(await at.run(backup), { code: 4 })
      t.equal(at.isDamaged(at.full), true, backup.join(' '))
    }
    t.match(await at.run(since), { code: 0, stderr: /a full archive is made/ })
  },
)

t.test(
  'a manifest whose copy has to be used is damage; a damaged copy of an archive elsewhere is not',
  async (t) => {
    const at = await chain(t)
    const repair = cut(`${at.directory}/full/manifest.json`, 100)
    t.match(await at.run(['col', 'cat', './full']), { code: 0 })
    t.equal(at.isDamaged(at.full), true)
    repair()
    const single = await at.backup(['--to', 'one.jsonl'])
    const [one, copy] = [`${at.directory}/one.jsonl`, `${at.directory}/copy.jsonl`]
    copyFileSync(one, copy)
    const bytes = readFileSync(one).length
    cut(copy, bytes - 100)
    t.match(await at.run(['col', 'restore', './copy.jsonl', '--name', 'Copy']), { code: 4 })
    t.equal(at.isDamaged(single), false)
    cut(one, bytes - 100)
    t.match(await at.run(['col', 'restore', './one.jsonl', '--name', 'Copy']), { code: 4 })
    t.equal(at.isDamaged(single), true)
  },
)
