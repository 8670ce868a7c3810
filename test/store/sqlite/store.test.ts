import { join } from 'node:path'
import t from 'tap'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'
import { storeContract } from '../../contract/store.ts'

const directory = t.testdir()
let files = 0

await storeContract(
  t,
  async () => ({ store: await openSqlite(join(directory, `${files++}.db`)), prefix: 'T' }),
  { label: 'the embedded store' },
)
