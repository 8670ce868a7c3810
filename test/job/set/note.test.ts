import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { endSet, notedSet, noteFile, noteSet } from '../../../lib/job/set/note.ts'

t.test('a set is found again by the same command until it has ended', async (t) => {
  const root = join(t.testdir(), 'backups')
  const key = { root, target: 'sqlite:a.db' }
  t.equal(notedSet(key), undefined, 'not even without a root')
  noteSet(key, '20261130T000000Z-aaaaaa')
  noteSet({ ...key, include: 'A*' }, '20261130T000000Z-bbbbbb')
  noteSet(key, '20261130T000001Z-cccccc')
  t.equal(notedSet(key), '20261130T000001Z-cccccc', 'the newest of this command')
  t.equal(notedSet({ ...key, include: 'A*' }), '20261130T000000Z-bbbbbb')
  t.equal(notedSet({ ...key, exclude: 'A*' }), undefined)
  t.equal(notedSet({ ...key, target: 'sqlite:b.db' }), undefined)
  endSet(key)
  t.equal(notedSet(key), undefined)
  t.equal(readdirSync(root).length, 1)
  endSet(key)
})

t.test('a note that is none is refused, and not taken for the lack of one', async (t) => {
  const root = t.testdir()
  const key = { root, target: 'sqlite:a.db' }
  for (const text of ['', '{', 'null', '{}', '{"set":7}', '{"set":"../../etc"}', 'x'.repeat(5000)]) {
    writeFileSync(noteFile(key), text)
    t.throws(
      () => notedSet(key),
      { code: 'ELYSIA_STATE', message: /\.set-.* cannot be read/ },
      text.slice(0, 20),
    )
  }
  t.ok(existsSync(noteFile(key)), 'and stays for whoever looks into it')
})
