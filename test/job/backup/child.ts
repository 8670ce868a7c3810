/** Backs a collection up as a process of its own, to be killed: DATABASE DIRECTORY PART_BYTES. */
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'

const [database = '', directory = '', partBytes] = process.argv.slice(2)
const store = await openSqlite(database)
const options = { partSize: Number(partBytes), compression: 'none' }
await backup(store, 'Thing', directoryStorage(directory), options)
await store.close()
