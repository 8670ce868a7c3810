import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { openDatabase } from '../../lib/database/connection.ts'
import { copyDatabase, openCopy } from '../../lib/database/copy.ts'

function made(t: Test): string {
  const path = join(t.testdir({ 'roots.json': '[]' }), 'a.db')
  const database = openDatabase(path)
  t.teardown(() => database.close())
  database.exec('CREATE TABLE a (n INTEGER); INSERT INTO a VALUES (7)')
  return path
}

t.test('a copy has what is only in the log, and is gone with its connection', async (t) => {
  const path = made(t)
  const copy = openCopy(path)
  t.strictSame(copy.prepare('SELECT n FROM a').pluck().all(), [7])
  copy.exec('INSERT INTO a VALUES (8)')
  t.strictSame(copy.prepare('SELECT n FROM a').pluck().all(), [7, 8], 'it may be written to')
  t.notOk(existsSync(dirname(copy.name)), 'nothing is left where it lay')
  copy.close()
  const database = openDatabase(path)
  t.strictSame(database.prepare('SELECT n FROM a').pluck().all(), [7])
  database.close()
})

t.test('where there is no room for a copy it lies in memory', async (t) => {
  const path = made(t)
  openDatabase(path).close()
  const { TMPDIR } = process.env
  process.env.TMPDIR = join(dirname(path), 'none')
  t.teardown(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  })
  const copy = openCopy(path)
  t.equal(copy.pragma('user_version', { simple: true }), 0)
  copy.close()
})

t.test('files beside it are copied as well, as far as they are there', async (t) => {
  const path = made(t)
  const copy = copyDatabase(path, [join(dirname(path), 'roots.json'), join(dirname(path), 'none.json')])
  t.ok(existsSync(join(dirname(copy.path), 'roots.json')))
  t.notOk(existsSync(join(dirname(copy.path), 'none.json')))
  copy.remove()
  t.notOk(existsSync(dirname(copy.path)))
})
