import { statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SqliteDatabase } from '../../database/connection.ts'
import type { Health, StoreIdentity } from '../store.ts'

/** Identifies a file by device and inode, the same under all of its names; undefined for one in memory. */
export function identityOf(file: string): StoreIdentity | undefined {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false })
  return stats && { text: `file ${stats.dev}:${stats.ino}`, clock: 0 }
}

/** How many bytes can be written on a file's disk. */
export async function freeBytesBeside(file: string): Promise<number> {
  const { bavail, bsize } = await statfs(dirname(file))
  return bavail * bsize
}

/** The version of SQLite, and the file as its only node. */
export function healthOf(database: SqliteDatabase, file: string): Health {
  const version = database.prepare('SELECT sqlite_version()').pluck().get()
  return { version: `SQLite ${version}`, nodes: [{ name: file, status: 'HEALTHY' }] }
}
