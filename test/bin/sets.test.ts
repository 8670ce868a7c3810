// Several collections in one run: backed up, listed, restored and copied by what they have in common.
import { readFileSync, rmSync, truncateSync } from 'node:fs'
import t from 'tap'
import { openSqlite } from '../../lib/store/sqlite/store.ts'
import { home } from './elysiactl.ts'

const ID = '00000000-0000-4000-8000-000000000001'

/** An article that refers to its author, and a collection for tests. */
async function filled(path: string): Promise<void> {
  const store = await openSqlite(path)
  for (const name of ['Article', 'Author', 'TestA']) {
    await store.create({
      class: name,
      vectorizer: 'none',
      properties: [{ name: 'title', dataType: ['text'] }],
    })
    await store.collection(name).write([{ id: ID, properties: { title: name } }])
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
  t.equal((await run(['col', 'backup', '--all', '--resume', '--target', `sqlite:${store}`])).code, 2)
})
