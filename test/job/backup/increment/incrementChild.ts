/** Makes an increment as a process of its own, to be killed: DATABASE ROOT NAME resume|anew, of ROOT/full. */
import { join } from 'node:path'
import { openArchive } from '../../../../lib/archive/archive.ts'
import { openChain } from '../../../../lib/archive/chain/chain.ts'
import { findBelow } from '../../../../lib/archive/chain/find.ts'
import { directoryStorage } from '../../../../lib/archive/storage/directory.ts'
import { backup } from '../../../../lib/job/backup/backup.ts'
import { openSqlite } from '../../../../lib/store/sqlite/store.ts'

const [database = '', root = '', name = '', how] = process.argv.slice(2)
const store = await openSqlite(database)
const findArchive = findBelow([root])
const base = await openChain(await openArchive(directoryStorage(join(root, 'full'))), findArchive)
const isResumed = how === 'resume'
await backup(
  store,
  'Thing',
  directoryStorage(join(root, name)),
  { partSize: 40_000 },
  {
    findArchive,
    // What is resumed knows its base.
    ...(isResumed ? { resume: true } : { base }),
  },
)
await store.close()
