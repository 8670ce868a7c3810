import { statSync } from 'node:fs'
import type { StoreIdentity } from '../store.ts'

/** A file by device and inode, the same under all of its names; undefined of one in memory. */
export function identityOf(file: string): StoreIdentity | undefined {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false })
  return stats && { text: `file ${stats.dev}:${stats.ino}`, clock: 0 }
}
