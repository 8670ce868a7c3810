/** Makes an increment of ROOT/full as a process of its own, to be killed: DATABASE ROOT NAME PART_BYTES. */
import { join } from 'node:path'
import { openArchive } from '../../../../lib/archive/archive.ts'
import { openChain } from '../../../../lib/archive/chain/chain.ts'
import { findBelow } from '../../../../lib/archive/chain/find.ts'
import { directoryStorage } from '../../../../lib/archive/storage/directory.ts'
import { backup } from '../../../../lib/job/backup/backup.ts'
import { openSqlite } from '../../../../lib/store/sqlite/store.ts'

const [database = '', root = '', name = '', partBytes] = process.argv.slice(2)
const store = await openSqlite(database)
const findArchive = findBelow([root])
const base = await openChain(await openArchive(directoryStorage(join(root, 'full'))), findArchive)
const options = { partSize: Number(partBytes) }
await backup(store, 'Thing', directoryStorage(join(root, name)), options, { findArchive, base })
await store.close()
