import { mkdirSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import t, { type Test } from 'tap'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { fails, IDS, objectAt, objectsUpTo, schemaOf } from '../../contract/store/world.ts'
import { nodeProcess } from '../../database/sqliteProcess.ts'

const directory = t.testdir()
let files = 0
const fresh = () => join(directory, `${++files}.db`)

async function filled(t: Test, count: number) {
  const path = fresh()
  const store = await openSqlite(path, { busyTimeoutMs: 50 })
  t.teardown(() => store.close())
  await store.create(schemaOf('Docs'))
  const docs = store.collection('Docs')
  await docs.write(objectsUpTo(count))
  return { path, store, docs }
}

t.test('the file and its directory are made, for nobody else to read', async (t) => {
  const path = join(directory, 'deep', 'er', 'store.db')
  const store = await openSqlite(path)
  t.teardown(() => store.close())
  t.equal(statSync(join(directory, 'deep', 'er')).mode & 0o777, 0o700)
  t.equal(store.target, `sqlite:${path}`)
  t.equal(store.database.pragma('journal_mode', { simple: true }), 'wal')
  t.equal(store.database.pragma('synchronous', { simple: true }), 1)
  t.equal(store.database.pragma('foreign_keys', { simple: true }), 1)
})

t.test('a store without a file works, and is gone afterwards', async (t) => {
  const store = await openSqlite(':memory:')
  await store.create(schemaOf('Docs'))
  t.match(await store.collection('Docs').write([objectAt(1)]), [{ ok: true }])
  await store.close()
  const next = await openSqlite(':memory:')
  t.same(await next.list(), [])
  await next.close()
})

t.test('what was written is there when the file is opened again, the schema key for key', async (t) => {
  const { path, store } = await filled(t, 10)
  const odd = { ...schemaOf('Odd'), unheardOf: { of: [1, null, 'x'] } }
  await store.create(odd)
  await store.close()
  const again = await openSqlite(path)
  t.teardown(() => again.close())
  t.equal(await again.collection('Docs').count(), 10)
  t.strictSame(await again.schema('Odd'), odd)
})

t.test('a file that is no database is left alone', async (t) => {
  const path = fresh()
  writeFileSync(
    path,
    'just a text, and long enough to be taken for the header of a database file. '.repeat(20),
  )
  const before = readFileSync(path)
  await t.rejects(openSqlite(path), {
    code: 'ELYSIA_STORE',
    message: new RegExp(`not a SQLite database.*${path}`),
  })
  t.same(readFileSync(path), before)
})

t.test('the database of another program is left alone', async (t) => {
  const path = fresh()
  const other = new Database(path)
  other.exec('CREATE TABLE bookmarks (url TEXT)')
  other.close()
  await t.rejects(openSqlite(path), { code: 'ELYSIA_STORE', message: /another program/, hint: /not changed/ })
  const tables = new Database(path).prepare('SELECT name FROM sqlite_schema').pluck().all()
  t.same(tables, ['bookmarks'])
})

t.test('the file of a newer version is refused', async (t) => {
  const { path, store } = await filled(t, 1)
  store.database.pragma('user_version = 3')
  await store.close()
  await t.rejects(openSqlite(path), { code: 'ELYSIA_STORE', message: /format 3.*format 2/, hint: /newer/ })
})

t.test('a directory, and a path below a file, say what is wrong with them', async (t) => {
  const folder = join(directory, 'folder')
  mkdirSync(folder)
  await t.rejects(openSqlite(folder), {
    code: 'ELYSIA_STORE',
    message: new RegExp(folder),
    hint: /directory/,
  })
  const file = fresh()
  writeFileSync(file, '')
  await t.rejects(openSqlite(join(file, 'store.db')), { code: 'ELYSIA_STORE', message: new RegExp(file) })
  await fails(t, () => openSqlite(''), 'ELYSIA_USAGE', 'no path at all')
})

t.test('a full disk is said so, and what was acknowledged stays', async (t) => {
  const { store, docs } = await filled(t, 100)
  limitPages(store.database, 8)
  const big = [objectAt(500, { body: 'x'.repeat(1_000_000) })]
  await t.rejects(docs.write(big), {
    code: 'ELYSIA_STORE',
    retryable: false,
    message: /full.*\.db/,
    hint: /space/,
  })
  t.equal(await docs.count(), 100)
  t.match(await docs.write([objectAt(500)]), [{ ok: true }], 'and it goes on with what fits')
})

t.test('nothing of a transaction is kept after the disk was full inside it', async (t) => {
  const { store, docs } = await filled(t, 100)
  limitPages(store.database, 8)
  const work = async () => {
    await docs.write([objectAt(200)])
    await docs.write([objectAt(201, { body: 'x'.repeat(1_000_000) })]).catch(() => {})
    await docs.write([objectAt(202)])
  }
  await fails(t, () => store.transaction(work), 'ELYSIA_STORE', 'the transaction')
  t.equal(await docs.count(), 100)
})

t.test('another process that writes is waited for, then named', async (t) => {
  const { path, docs } = await filled(t, 1)
  const other = new Database(path)
  other.exec('BEGIN IMMEDIATE')
  await t.rejects(docs.write([objectAt(2)]), {
    code: 'ELYSIA_LOCKED',
    retryable: true,
    message: /another process/,
  })
  t.equal(await docs.count(), 1, 'reading goes on')
  other.exec('ROLLBACK')
  other.close()
  t.match(await docs.write([objectAt(2)]), [{ ok: true }])
})

t.test('a damaged file is said so', async (t) => {
  const { path, store } = await filled(t, 500)
  await store.close()
  const file = openSync(path, 'r+')
  const pages = Math.floor(statSync(path).size / 8192)
  for (let page = 1; page < pages; page += 1) writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, page * 8192)
  const reading = async () => {
    const again = await openSqlite(path)
    t.teardown(() => again.close())
    for await (const page of again.collection('Docs').read(IDS)) t.ok(page)
  }
  await t.rejects(reading(), { code: 'ELYSIA_STORE', message: /damaged.*\.db/, hint: /backup/ })
})

t.test('a process that is killed loses nothing that was acknowledged', async (t) => {
  const path = fresh()
  const child = nodeProcess(t, 'writing.ts', path)
  let acknowledged = 0
  for await (const line of child.lines) {
    acknowledged = Number(line)
    if (acknowledged >= 2000) child.kill()
  }
  const store = await openSqlite(path)
  t.teardown(() => store.close())
  const count = await store.collection('Docs').count()
  t.ok(acknowledged >= 2000)
  t.ok(count >= acknowledged, `${count} stored, ${acknowledged} acknowledged`)
  t.equal(count % 100, 0, 'each batch whole')
  t.equal(store.database.pragma('integrity_check', { simple: true }), 'ok')
})

t.test('several processes may make the same file at once', async (t) => {
  const path = fresh()
  const children = Array.from({ length: 4 }, () => nodeProcess(t, 'opening.ts', path))
  for (const { exit } of children) t.same(await exit, [0, null])
  const store = await openSqlite(path)
  t.teardown(() => store.close())
  t.same(
    (await store.list()).map(({ objects }) => objects),
    [0, 0, 0, 0],
  )
})

function limitPages(database: Database.Database, more: number): void {
  const pages = Number(database.pragma('page_count', { simple: true }))
  database.pragma(`max_page_count = ${pages + more}`)
}
