import { join } from 'node:path'
import { openArchive } from '../../lib/archive/archive.ts'
import { type Chain, openChain } from '../../lib/archive/chain/chain.ts'
import { findBelow } from '../../lib/archive/chain/find.ts'
import { directoryStorage } from '../../lib/archive/storage/directory.ts'
import { backup } from '../../lib/job/backup/backup.ts'
import { idOf, thing, things } from '../job/backup/archived.ts'

const OBJECTS = 30

/**
 * Archives of one collection, which changes between them, as ROOT/Thing/NAME: full where the name ends in 0, else an
 * increment of the one before. Answers their ids by name.
 */
export async function chains(root: string, names: readonly string[]): Promise<Map<string, string>> {
  const store = await things(OBJECTS)
  const ids = new Map<string, string>()
  let before: Chain | undefined
  for (const [night, name] of names.entries()) {
    const storage = directoryStorage(join(root, 'Thing', name))
    const base = name.endsWith('0') ? undefined : before
    const { manifest } = await backup(store, 'Thing', storage, { compression: 'none' }, base && { base })
    ids.set(name, manifest.id)
    before = await openChain(await openArchive(storage), findBelow([root]))
    await store.collection('Thing').write([{ ...thing(night + 100), id: idOf(night, OBJECTS) }])
    await store.collection('Thing').remove([idOf(night + 10, OBJECTS)])
  }
  return ids
}
