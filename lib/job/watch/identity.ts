import { type BigIntStats, lstatSync, statSync } from 'node:fs'
import { lstat, stat } from 'node:fs/promises'

/**
 * What tells one file from another, and from itself after a change. Numbers of the file system are kept as texts:
 * they may exceed what a number holds exactly.
 */
export interface FileIdentity {
  readonly path: string
  readonly device: string
  readonly inode: string
  /** When the file was made, in nanoseconds; where a file system does not know, the same as `changed`, or 0. */
  readonly born: string
  /** Time of the last change of content, name or rights, in nanoseconds. */
  readonly changed: string
  /** Time of the last change of content, in nanoseconds; a program may set it to anything. */
  readonly modified: string
  readonly size: number
}

/** What is at a path: a file with its identity, or the reason why it is none to take. */
export type Found = FileIdentity | { readonly path: string; readonly kind: 'none' | 'directory' | OtherKind }

/** What has the name of a file to take and is none. */
export type OtherKind = 'symbolic link' | 'FIFO' | 'socket' | 'device'

/** What is at `path` now. `at` is where to look for it, where that is not the path itself. */
export async function look(path: string, followLinks: boolean, at = path): Promise<Found> {
  try {
    const stats = await (followLinks ? stat : lstat)(at, { bigint: true })
    return stats.isFile() ? identityOf(path, stats) : { path, kind: kindOf(stats) }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { path, kind: 'none' }
    if (code === 'ELOOP') return { path, kind: 'symbolic link' }
    throw error
  }
}

/** The same at once, for what must not be overtaken; what cannot be looked at counts as gone. */
export function lookNow(path: string, followLinks: boolean, at = path): Found {
  try {
    const stats = (followLinks ? statSync : lstatSync)(at, { bigint: true })
    return stats.isFile() ? identityOf(path, stats) : { path, kind: kindOf(stats) }
  } catch {
    return { path, kind: 'none' }
  }
}

export function isFile(found: Found): found is FileIdentity {
  return 'inode' in found
}

export function identityOf(path: string, stats: BigIntStats): FileIdentity {
  return {
    path,
    device: String(stats.dev),
    inode: String(stats.ino),
    born: String(stats.birthtimeNs),
    changed: String(stats.ctimeNs),
    modified: String(stats.mtimeNs),
    size: Number(stats.size),
  }
}

export function kindOf(stats: BigIntStats): 'directory' | OtherKind {
  if (stats.isDirectory()) return 'directory'
  if (stats.isSymbolicLink()) return 'symbolic link'
  if (stats.isFIFO()) return 'FIFO'
  return stats.isSocket() ? 'socket' : 'device'
}

/** True where both are one file, whatever its name and its content. */
export function sameInode(one: FileIdentity, other: FileIdentity): boolean {
  return one.device === other.device && one.inode === other.inode
}

/** True where both are one file whose content has not changed as far as size and times tell. */
export function sameContent(one: FileIdentity, other: FileIdentity): boolean {
  return sameInode(one, other) && one.size === other.size && one.modified === other.modified
}

/** True where nothing at all has changed. */
export function sameState(one: FileIdentity, other: FileIdentity): boolean {
  return sameContent(one, other) && one.changed === other.changed && one.path === other.path
}

/**
 * True where an inode was given to another file since: it was made at another time. A file system that does not
 * know when tells the time of the last change in its place, and proves nothing.
 */
export function bornAnew(before: FileIdentity, now: FileIdentity): boolean {
  return before.born !== now.born && now.born !== now.changed && now.born !== '0'
}

export function millisecondsOf(nanoseconds: string): number {
  return Number(BigInt(nanoseconds) / 1000n) / 1000
}

/** True where there is something, be it a link that leads nowhere. */
export async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  )
}
