import { setTimeout as sleep } from 'node:timers/promises'
import { openArchive } from '../../../../lib/archive/archive.ts'
import { type Chain, openChain } from '../../../../lib/archive/chain/chain.ts'
import { chainObjects } from '../../../../lib/archive/chain/objects.ts'
import { ObjectsDigest } from '../../../../lib/archive/object/digest.ts'
import { memoryStorage } from '../../../../lib/archive/storage/memory.ts'
import { backup } from '../../../../lib/job/backup/backup.ts'
import type { BackupContext } from '../../../../lib/job/backup/job.ts'
import type { BackupOptionsInput } from '../../../../lib/job/backup/options.ts'
import { objectPages } from '../../../../lib/store/objects.ts'
import type { Collection, Store } from '../../../../lib/store/store.ts'

/** The next archive of a collection: an increment, where there is a base. */
export async function night(
  store: Store,
  base?: Chain,
  input: BackupOptionsInput = {},
  context: BackupContext = {},
): Promise<Chain> {
  const storage = memoryStorage()
  await backup(store, 'Thing', storage, input, { ...context, ...(base && { base }) })
  const links = base?.links ?? []
  return openChain(await openArchive(storage), async (id) => links.find(({ manifest }) => manifest.id === id))
}

/**
 * The same chain as if its newest link had been scanned a minute later, by clocks that agree: what was written up to now is
 * old enough for its time to prove something, and what is written from now on is not.
 */
export async function later(chain: Chain): Promise<Chain> {
  await sleep(3)
  const { storage, manifest } = chain.newest
  const started = new Date(Date.now() + 60_000).toISOString()
  await sleep(3)
  const newest = { storage, manifest: { ...manifest, started, clock_difference_ms: 0 } }
  return { links: [...chain.links.slice(0, -1), newest], newest }
}

export async function digestOf(collection: Collection, tenant?: string): Promise<string> {
  const digest = new ObjectsDigest()
  const projection = { properties: 'all', vectors: true, references: true } as const
  for await (const page of objectPages(collection, tenant === undefined ? {} : { tenant }, { projection }))
    for (const object of page) digest.add(object)
  return digest.hex()
}

export async function digestIn(chain: Chain): Promise<string> {
  const digest = new ObjectsDigest()
  const source = chainObjects(chain)
  for (const range of source.ranges)
    for await (const page of source.pages(range)) for (const object of page) digest.add(object)
  return digest.hex()
}
