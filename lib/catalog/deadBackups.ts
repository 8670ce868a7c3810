import type { Catalog } from './catalog.ts'
import { findLocks } from './lock/files.ts'
import { isDead } from './lock/process.ts'

/** The purpose in the lock of a backup into a location. */
export function backupPurpose(location: string): string {
  return `backup into ${location}`
}

/**
 * Sets `running` archives to `partial` if the process that made them is gone: no lock on their root is held for a
 * backup into their place, or only by a process that is certainly dead. Archives that cannot be checked stay
 * unchanged.
 */
export async function markDeadBackups(catalog: Catalog): Promise<void> {
  for (const [root, archives] of Map.groupBy(catalog.running(), (archive) => archive.root)) {
    const locks = await findLocks(root).catch(() => undefined)
    if (locks === undefined) continue
    const held = new Set(
      locks.flatMap(({ record }) => (record === undefined || isDead(record) ? [] : record.purpose)),
    )
    for (const { id, location } of archives) if (!held.has(backupPurpose(location))) catalog.settle(id)
  }
}
