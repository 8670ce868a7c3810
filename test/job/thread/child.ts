/** Backs a collection up with threads, as a process of its own, to be killed: DATABASE DIRECTORY resume|anew. */
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'

const [database, directory, resume] = process.argv.slice(2) as [string, string, string]
const store = await openSqlite(database)
const options = { partSize: 100_000, compression: 'none', threads: '2' }
await backup(store, 'Thing', directoryStorage(directory), options, { resume: resume === 'resume' })
await store.close()
