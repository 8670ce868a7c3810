import { realpathSync } from 'node:fs'
import { ElysiaError } from '../core/errors.ts'
import { type Inode, inodeOf } from '../file/inode.ts'

/** The parts of a connection that are used here. */
interface Connection {
  readonly name: string
  readonly memory: boolean
}

/** The paths of a database's own files, and the identity of each when first seen. */
interface OpenFiles {
  readonly path: string
  readonly seen: Map<string, Inode>
}

const OPEN = new WeakMap<Connection, OpenFiles>()

/** Remembers which file a connection has just opened. */
export function rememberFiles(database: Connection): void {
  if (database.memory) return
  const path = realpathSync.native(database.name)
  const inode = inodeOf(path)
  OPEN.set(database, { path, seen: new Map(inode && [[path, inode]]) })
}

/**
 * Checks that the file of a connection, and its log, are still at their paths: SQLite silently continues to write to
 * files that were removed. Costs two file system calls, about 5 µs, so do this once per commit.
 * @throws ElysiaError ELYSIA_STORE if one was removed or replaced
 */
export function requireFiles(database: Connection): void {
  const files = OPEN.get(database)
  if (files === undefined) return
  for (const path of [files.path, `${files.path}-wal`]) {
    const now = inodeOf(path)
    const before = files.seen.get(path)
    if (before === undefined && now !== undefined) files.seen.set(path, now)
    else if (before !== now) throw fileReplaced(path)
  }
}

function fileReplaced(path: string): ElysiaError {
  return new ElysiaError('ELYSIA_STORE', `${path} was removed or replaced while it was in use`, {
    hint: 'what was written to it is lost; put back a copy of it if you have one, then run the same command again',
  })
}
