import { join } from 'node:path'
import t from 'tap'
import { openDatabase } from '../../../lib/database/connection.ts'
import { Migrations } from '../../../lib/job/migrate/record.ts'
import { RestoreLog } from '../../../lib/job/restore/progressTable.ts'

t.test('a state file without room is an error that names it, for a restore and for a migration', (t) => {
  const path = join(t.testdir(), 'runs.db')
  const database = openDatabase(path)
  t.teardown(() => database.close())
  const [log, migrations] = [new RestoreLog(database, 'run'), new Migrations(database, 'target')]
  log.noteMade('shape')
  const pages = database.pragma('page_count', { simple: true })
  database.pragma(`max_page_count = ${pages}`)
  const full = { code: 'ELYSIA_STATE', message: new RegExp(`the disk is full, .* ${path}`) }
  const large = 'x'.repeat(100_000)
  t.throws(() => log.noteMade(large), full)
  t.equal(log.shape, 'shape', 'what was recorded stays')
  const migration = { alias: 'a', before: 'b', after: 'c', changes: large, state: 'copying' } as const
  t.throws(() => migrations.keep(migration), full)
  t.end()
})
