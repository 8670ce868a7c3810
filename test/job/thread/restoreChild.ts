/** Restores an archive with threads, as a process of its own, to be killed: ARCHIVE HOME. */
import { join } from 'node:path'
import { openArchive } from '../../../lib/archive/archive.ts'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { restore } from '../../../lib/job/restore/restore.ts'
import { archiveSource } from '../../../lib/job/restore/source/archive.ts'
import { openState } from '../../../lib/run/state.ts'
import { openSqlite } from '../../../lib/store/sqlite/store.ts'

const [place, home] = process.argv.slice(2) as [string, string]
const store = await openSqlite(join(home, 'store.db'))
const state = openState(store, join(home, 'state'))
const source = archiveSource(await openArchive(directoryStorage(place)))
const report = await restore(source, store, { threads: '2' }, { state })
console.log(JSON.stringify(report))
await store.close()
