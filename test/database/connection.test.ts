import t from 'tap'
import { temporaryDatabase } from '../../lib/database/connection.ts'

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
