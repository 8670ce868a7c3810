import { join } from 'node:path'
import { openArchive } from '../../../lib/archive/archive.ts'
import { openChain } from '../../../lib/archive/chain/chain.ts'
import { findBelow } from '../../../lib/archive/chain/find.ts'
import { directoryStorage } from '../../../lib/archive/storage/directory.ts'
import { compact } from '../../../lib/job/compact/compact.ts'

const [root = '', name = ''] = process.argv.slice(2)
const archive = await openArchive(directoryStorage(join(root, name)))
await compact(await openChain(archive, findBelow([root])))
