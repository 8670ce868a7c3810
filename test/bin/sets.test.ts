// Several collections in one run: backed up, listed, restored and copied by what they have in common.
import { rmSync } from 'node:fs'
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
