import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import Database from 'better-sqlite3'
import t from 'tap'
import { adds, home } from '../elysiactl.ts'

/** A lock file as another machine's cleanup would have made it. */
function foreignLock(root: string): string {
  mkdirSync(`${root}/.locks`, { recursive: true })
  const file = `${root}/.locks/0123456789abcdef.json`
  const owner = { pid: 1, host: 'elsewhere', user: 'ann', boot: 'other' }
  const record = { kind: 'exclusive', purpose: 'cleanup', since: '2026-01-01T00:00:00.000Z' }
  writeFileSync(
    file,
    JSON.stringify({ ...owner, ...record, id: '0123456789abcdef', heartbeatMs: 600_000, counter: 1 }),
  )
  return file
}

function locksIn(root: string): string[] {
  if (!existsSync(`${root}/.locks`)) return []
  const names = readdirSync(`${root}/.locks`).filter((name) => name.endsWith('.json'))
  return names.map((name) => readFileSync(`${root}/.locks/${name}`, 'utf8'))
}

async function withBackup(t: Parameters<typeof home>[0]) {
  const at = home(t)
  const target = ['--target', `sqlite:${at.directory}/store.db`]
  const ingest = ['index', 'process-jsonl', '-', '--collection', 'source-code', ...target]
  t.match(await at.run(ingest, adds(3)), { code: 0 })
  t.match(await at.run(['col', 'backup', 'source-code', ...target]), { code: 0 })
  const backups = `${at.directory}/data/elysiactl/backups`
  const [name = ''] = readdirSync(`${backups}/SourceCode`)
  return { ...at, backups, path: `${backups}/SourceCode/${name}`, id: name.toLowerCase() }
}

t.test('a restore waits for a cleanup of the archive that it reads, by path, id and link', async (t) => {
  const at = await withBackup(t)
  foreignLock(at.backups)
  symlinkSync(at.path, `${at.directory}/latest`)
  for (const name of [at.path, `${at.directory}/latest`, at.id]) {
    const restore = ['col', 'restore', name, '--name', 'copy', '--target', `sqlite:${at.directory}/else.db`]
    t.match(await at.run(restore), { code: 11, stderr: /locked by a cleanup since/ }, name)
  }
  t.notOk(existsSync(`${at.directory}/else.db`), 'nothing was made')
})

t.test('a cleanup waits for a restore that reads', async (t) => {
  const at = await withBackup(t)
  const store = `${at.directory}/else.db`
  const held = new Database(store)
  held.exec('BEGIN EXCLUSIVE')
  // The store is busy: the restore waits for it, with its source open.
  const restore = at.start(['col', 'restore', at.path, '--name', 'copy', '--target', `sqlite:${store}`])
  while (!locksIn(at.backups).some((text) => text.includes('restore of'))) await wait(20)
  const cleanup = ['col', 'catalog', 'cleanup', '--keep-last', '1', '--yes']
  t.match(await at.run(cleanup), { code: 11, stderr: /locked by a restore of/ })
  held.close()
  t.match(await restore.ended, { code: 0 })
  t.same(locksIn(at.backups), [])
  t.match(await at.run(cleanup), { code: 0 })
})

t.test('a restore of plain files leaves no locks beside them', async (t) => {
  const at = home(t, {
    'objects.jsonl': '{"id":"00000001-0000-4000-8000-000000000001","properties":{"t":"a"}}\n',
  })
  const target = `sqlite:${at.directory}/store.db`
  t.match(await at.run(['col', 'restore', 'objects.jsonl', '--name', 'x', '--target', target]), { code: 0 })
  t.notOk(existsSync(`${at.directory}/.locks`))
})

t.test('an increment is read under the locks of all roots that its bases lie in', async (t) => {
  const at = home(t)
  const target = ['--target', `sqlite:${at.directory}/store.db`]
  const ingest = ['index', 'process-jsonl', '-', '--collection', 'source-code', ...target]
  t.match(await at.run(ingest, adds(3)), { code: 0 })
  const [base, increment] = ['one/base', 'two/increment'].map((path) => `${at.directory}/${path}`)
  t.match(await at.run(['col', 'backup', 'source-code', '--to', base!, ...target]), { code: 0 })
  t.match(await at.run(ingest, adds(5)), { code: 0 })
  const since = ['col', 'backup', 'source-code', '--since', base!, '--to', increment!, ...target]
  const lock = foreignLock(`${at.directory}/one`)
  t.match(await at.run(since), { code: 11, stderr: /one is locked by a cleanup since/ }, 'backup')
  rmSync(lock)
  t.match(await at.run(since), { code: 0 })
  foreignLock(`${at.directory}/one`)
  for (const words of [
    ['col', 'restore', increment!, '--name', 'copy', ...target],
    ['diff', increment!, 'source-code', ...target],
    ['col', 'cat', increment!],
    ['col', 'catalog', 'verify', increment!],
    ['col', 'catalog', 'compact', 'latest:SourceCode'],
  ])
    t.match(await at.run(words), { code: 11, stderr: /one is locked by a cleanup since/ }, words.join(' '))
  t.same(locksIn(`${at.directory}/two`), [], 'nothing stays locked')
})
