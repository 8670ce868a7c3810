import { statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SqliteDatabase } from '../../database/connection.ts'
import type { Health, StoreIdentity } from '../store.ts'

/** A file by device and inode, the same under all of its names; undefined of one in memory. */
export function identityOf(file: string): StoreIdentity | undefined {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false })
  return stats && { text: `file ${stats.dev}:${stats.ino}`, clock: 0 }
}

/** Bytes that can be written where a file lies. */
export async function freeBytesBeside(file: string): Promise<number> {
  const { bavail, bsize } = await statfs(dirname(file))
  return bavail * bsize
}

/** The version of SQLite, and the file as its only node. */
export function healthOf(database: SqliteDatabase, file: string): Health {
  const version = database.prepare('SELECT sqlite_version()').pluck().get()
  return { version: `SQLite ${version}`, nodes: [{ name: file, status: 'HEALTHY' }] }
}
