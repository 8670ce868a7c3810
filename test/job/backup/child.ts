/** Backs a collection up as a process of its own, to be killed: DATABASE DIRECTORY resume|anew PART_BYTES. */
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { backup } from '../../../lib/job/backup/backup.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'

const [database, directory, resume, partBytes] = process.argv.slice(2) as [string, string, string, string]
const store = await openSqlite(database)
const options = { partSize: Number(partBytes), compression: 'none' }
await backup(store, 'Thing', directoryStorage(directory), options, { resume: resume === 'resume' })
await store.close()
