// Several collections in one run: backed up, listed, restored and copied by what they have in common.
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import t from 'tap'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { home } from '../elysiactl.ts'

const ID = '00000000-0000-4000-8000-000000000001'

/** Articles of which one refers to its author, and a collection for tests. */
async function filled(path: string, articles = 1): Promise<void> {
  const store = await openSqlite(path)
  for (const name of ['Article', 'Author', 'TestA']) {
    await store.create({
      class: name,
      vectorizer: 'none',
      properties: [{ name: 'title', dataType: ['text'] }],
    })
    await store.collection(name).write([{ id: ID, properties: { title: name } }])
  }
  for (let from = 1; from < articles; from += 1000) {
    const page = Array.from({ length: 1000 }, (_, n) => ({
      id: `00000001-0000-4000-8000-${String(from + n).padStart(12, '0')}`,
      properties: { title: 'some text '.repeat(50) },
    }))
    await store.collection('Article').write(page)
  }
  await store.addProperty('Article', { name: 'by', dataType: ['Author'] })
  const beacons = [`weaviate://localhost/Author/${ID}`]
  await store.collection('Article').link([{ id: ID, property: 'by', beacons }])
  await store.close()
}

t.test('what one backup has made is restored as one, the referred-to first, whatever fails', async (t) => {
  const { run, directory } = home(t)
  const [one, other] = [`${directory}/one.db`, `${directory}/other.db`]
  await filled(one)
  const json = async (...words: string[]) => {
    const { code, stdout, stderr } = await run([...words, '--json'])
    return { code, stderr, document: stdout === '' ? undefined : JSON.parse(stdout) }
  }
  const made = await json('col', 'backup', '--all', '--exclude', 'Test*', '--target', `sqlite:${one}`)
  t.equal(made.code, 0, made.stderr)
  const { set, backups, failed } = made.document
  t.same(
    backups.map(({ collection }: { collection: string }) => collection),
    ['Author', 'Article'],
  )
  t.same(failed, [])
  const listed = await json('col', 'catalog', 'list', '--set', set)
  t.same(listed.document.archives.map(({ collection }: { collection: string }) => collection).sort(), [
    'Article',
    'Author',
  ])
  const restored = await json('col', 'restore', '--from-set', set, '--target', `sqlite:${other}`)
  t.equal(restored.code, 0, restored.stderr)
  t.match(restored.document.restores, [{ class: 'Author' }, { class: 'Article', references: 1 }])
  const copied = await json('col', 'copy', `sqlite:${one}`, `sqlite:${other}`, '--all')
  t.equal(copied.code, 3)
  t.match(copied.document, {
    copies: [{ class: 'TestA', written: 1 }],
    failed: [
      { collection: 'Author', error: { code: 'ELYSIA_CONFLICT' } },
      { collection: 'Article', error: { code: 'ELYSIA_CONFLICT' } },
    ],
  })
  t.match(copied.stderr, /Author: there is a collection/)
  const again = await run(['col', 'restore', '--all', '--include', 'A*', '--target', `sqlite:${other}`])
  t.equal(again.code, 3)
  t.match(again.stderr, /Article: there is a collection Article .*already/)
  const article = backups.find(({ collection }: { collection: string }) => collection === 'Article')
  rmSync(`${article.location}/manifest.json`, { force: true })
  const rest = await json('col', 'restore', '--from-set', set, '--target', `sqlite:${directory}/rest.db`)
  t.equal(rest.code, 3, 'one that cannot be opened does not stop the others')
  t.match(rest.document, {
    restores: [{ class: 'Author' }],
    failed: [{ error: { message: /Article.* has no manifest/ } }],
  })
})

t.test('a set that was interrupted is resumed: what is complete stays, and all have one set', async (t) => {
  const { run, directory } = home(t)
  const [store, to] = [`${directory}/one.db`, `${directory}/set`]
  await filled(store)
  const backup = ['col', 'backup', '--all', '--to', to, '--target', `sqlite:${store}`]
  t.equal((await run(backup)).code, 0)
  const manifest = (name: string) => JSON.parse(readFileSync(`${to}/${name}/manifest.json`, 'utf8')).manifest
  const before = ['Author', 'Article', 'TestA'].map((name) => manifest(name).id)
  rmSync(`${to}/TestA`, { recursive: true })
  t.equal((await run(backup)).code, 3, 'without --resume nothing is taken for what it is')
  rmSync(`${to}/TestA`, { recursive: true, force: true })
  const { code, stderr } = await run([...backup, '--resume'])
  t.equal(code, 0, stderr)
  t.match(stderr, /Author: complete in .*kept/)
  t.strictSame(
    ['Author', 'Article'].map((name) => manifest(name).id),
    before.slice(0, 2),
  )
  t.equal(manifest('TestA').set, manifest('Author').set)
  const other = await run([...backup, '--resume', '--no-vectors'])
  t.equal(other.code, 5, 'what is complete with other options is not what was asked for')
  t.match(other.stderr, /Author: this backup .* another --no-vectors/)
  const [part] = manifest('Author').parts
  truncateSync(`${to}/Author/${part.file}`, 1)
  const damaged = await run([...backup, '--resume'])
  t.equal(damaged.code, 4)
  t.match(damaged.stderr, /is not as its manifest says/)
})

t.test(
  'a set below the backup root that is killed is resumed by the same command, and only by that',
  async (t) => {
    const at = home(t)
    const { directory } = at
    const root = `${directory}/backups`
    await filled(`${directory}/one.db`, 5000)
    const words = ['col', 'backup', '--all', '--backup-root', root, '--part-size', '64KiB']
    words.push('--target', `sqlite:${directory}/one.db`, '--json')
    const backup = async (...more: string[]) => {
      const { code, stdout, stderr } = await at.run([...words, ...more])
      return { code, stderr, document: stdout === '' ? undefined : JSON.parse(stdout) }
    }
    const none = await backup('--resume')
    t.match(none, { code: 10, stderr: /no unfinished set of/ })
    t.equal((await backup()).code, 0)
    t.equal((await backup('--resume')).code, 10, 'a set that is complete is not taken for one that is not')

    const [complete] = readdirSync(`${root}/Article`)
    const { child, ended } = at.start(words)
    const begun = () => readdirSync(`${root}/Article`).find((name) => name !== complete)
    const parts = () => {
      const journal = `${root}/Article/${begun()}/parts.jsonl`
      return existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length : 0
    }
    while (parts() < 4 && child.exitCode === null) await wait(5)
    child.kill('SIGKILL')
    await ended
    const counts = () => ['Author', 'Article', 'TestA'].map((name) => readdirSync(`${root}/${name}`).length)
    t.strictSame(counts(), [2, 2, 1], 'the first is complete, the second begun, the third not')

    t.match(await backup('--resume', '--exclude', 'Test*'), { code: 10 }, 'another selection is another set')
    const { code, stderr, document } = await backup('--resume')
    t.equal(code, 0, stderr)
    t.match(stderr, /Author: complete in .*kept/)
    t.match(document.backups, [{ location: `${root}/Article/${begun()}` }, { collection: 'TestA' }])
    t.strictSame(counts(), [2, 2, 2], 'nothing twice')
    const listed = await at.run(['col', 'catalog', 'list', '--set', document.set, '--json'])
    t.match(
      JSON.parse(listed.stdout).archives.map(({ id, location }: { id: string; location: string }) =>
        location.endsWith(`/${id}`),
      ),
      [true, true, true],
    )
    t.equal((await backup('--resume')).code, 10)
  },
)

t.test(
  'members of a resumed set that were not begun are increments, where the set is one of them',
  async (t) => {
    const { run, directory } = home(t)
    const [store, to] = [`${directory}/one.db`, `${directory}/set`]
    await filled(store)
    const target = ['--target', `sqlite:${store}`]
    t.equal((await run(['col', 'backup', '--all', ...target])).code, 0)
    const backup = ['col', 'backup', '--all', '--since', 'last', '--to', to, ...target]
    t.equal((await run([...backup, '--exclude', 'Test*'])).code, 0)
    const { code, stderr } = await run([...backup, '--resume'])
    t.equal(code, 0, stderr)
    t.equal(JSON.parse(readFileSync(`${to}/TestA/manifest.json`, 'utf8')).manifest.kind, 'incremental')
  },
)
