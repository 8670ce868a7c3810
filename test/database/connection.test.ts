import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { openDatabase, type SqliteDatabase, temporaryDatabase } from '../../lib/database/connection.ts'

t.test(
  'a temporary file that has no room is an error for a person, and its work can be undone',
  async (t) => {
    const database = temporaryDatabase()
    t.teardown(() => database.close())
    database.exec('CREATE TABLE kept (id INTEGER PRIMARY KEY, line BLOB)')
    const put = database.prepare('INSERT INTO kept VALUES (?, ?)')
    put.run(1, Buffer.alloc(10))
    database.pragma('max_page_count = 4')
    const full = {
      code: 'ELYSIA_STORE',
      message: 'the disk is full, so nothing more can be written to a temporary file',
    }
    const large = Buffer.alloc(100_000)
    t.throws(() => put.run(2, large), full)
    const all = database.transaction((ids: readonly number[]) => {
      for (const id of ids) put.run(id, large)
    })
    t.throws(() => all([3, 4]), full)
    t.throws(() => database.exec('INSERT INTO kept SELECT 5, zeroblob(100000)'), full)
    t.strictSame(database.prepare('SELECT id FROM kept').pluck().all(), [1], 'reading goes on')
  },
)

/** Fills a connection until there is no room, in each of the ways that have words for it. */
const FILLINGS: Readonly<Record<string, (database: SqliteDatabase) => unknown>> = {
  iterate: (database) => [
    ...database.prepare('INSERT INTO kept VALUES (2, zeroblob(100000)) RETURNING id').iterate(),
  ],
  transaction: (database) => {
    const put = database.transaction(() => database.exec('INSERT INTO kept VALUES (2, zeroblob(100000))'))
    put.immediate()
  },
  pragma: (database) => database.pragma('user_version = no number'),
}

t.test(
  'a file that has words for its failures names itself, also where rows are read one by one',
  async (t) => {
    const path = join(t.testdir(), 'a.db')
    const database = openDatabase(path, { worded: true })
    t.teardown(() => database.close())
    database.exec('CREATE TABLE kept (id INTEGER PRIMARY KEY, line BLOB)')
    database.exec('INSERT INTO kept VALUES (1, NULL)')
    database.pragma('max_page_count = 4')
    for (const [how, fill] of Object.entries(FILLINGS))
      t.throws(() => fill(database), { code: 'ELYSIA_STORE', message: new RegExp(path) }, how)
    t.throws(
      () =>
        database.transaction(() => {
          throw new TypeError('of the work')
        })(),
      TypeError,
      'errors of others stay as they are',
    )
    for (const { id } of database.prepare('SELECT id FROM kept').iterate() as Iterable<{ id: number }>) {
      t.equal(id, 1)
      break
    }
    t.equal(database.prepare('UPDATE kept SET id = 3').run().changes, 1, 'nothing is read any more')
  },
)

/** In a process that may write no more than 32 KiB into a file. */
const WITHOUT_ROOM = `
  const { temporaryDatabase } = await import(process.argv[1])
  const said = (work) => {
    try {
      work()
      return 'nothing'
    } catch ({ code, message, cause }) {
      return [code, message, cause?.code].join(', ')
    }
  }
  const database = temporaryDatabase()
  database.exec('CREATE TABLE kept (line BLOB)')
  database.pragma('cache_size = 2')
  const insert = database.prepare('INSERT INTO kept VALUES (zeroblob(4000))')
  let inserted = 0
  const put = database.transaction((lines) => {
    for (let line = 0; line < lines; line++) inserted += insert.run().changes
  })
  put(4)
  // What is left in memory is written by COMMIT.
  database.pragma('cache_spill = OFF')
  const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)'
  const sorted = database.prepare(numbers + ' SELECT i, hex(zeroblob(500)) FROM n ORDER BY i % 7, i')
  const read = said(() => { for (const _ of sorted.iterate()) break })
  const committed = said(() => put(40))
  console.log(JSON.stringify({ read, committed, inserted }))
`

t.test('a full disk under COMMIT and under rows that are sorted is an error for a person', async (t) => {
  const connection = new URL('../../lib/database/connection.ts', import.meta.url).href
  const node = [process.execPath, '--input-type=module', '-e', WITHOUT_ROOM, connection]
  const { stdout, stderr } = spawnSync('sh', ['-c', 'ulimit -f 64; exec "$@"', 'sh', ...node], {
    encoding: 'utf8',
  })
  t.equal(stderr, '')
  const told = 'ELYSIA_STORE, the disk failed while reading or writing a temporary file, SQLITE_IOERR_WRITE'
  t.strictSame(JSON.parse(stdout), { read: told, committed: told, inserted: 44 })
})
