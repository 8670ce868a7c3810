import { type BigIntStats, lstatSync, statSync } from 'node:fs'
import { lstat, stat } from 'node:fs/promises'

/**
 * Identifies a file and its state. Numbers of the file system are texts: they may exceed the exact range of numbers.
 */
export interface FileIdentity {
  readonly path: string
  readonly device: string
  readonly inode: string
  /** When the file was created, in nanoseconds; if the file system does not know, the same as `changed`, or 0. */
  readonly born: string
  /** Time of the last change of content, name or rights, in nanoseconds. */
  readonly changed: string
  /** Time of the last change of content, in nanoseconds; a program may set it to anything. */
  readonly modified: string
  readonly size: number
}

/** What is at a path: a file with its identity, or the reason why it cannot be taken. */
export type PathState =
  | FileIdentity
  | { readonly path: string; readonly kind: 'none' | 'directory' | OtherKind }

/** What has a matching name but is not a file. */
export type OtherKind = 'symbolic link' | 'FIFO' | 'socket' | 'device'

/** What is at `path` now. `at` is the path to use for it, if different. */
export async function inspectPath(path: string, followLinks: boolean, at = path): Promise<PathState> {
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

/** What is at `path`, synchronously, for what must not be overtaken; what cannot be examined counts as gone. */
export function inspectPathSync(path: string, followLinks: boolean, at = path): PathState {
  try {
    const stats = (followLinks ? statSync : lstatSync)(at, { bigint: true })
    return stats.isFile() ? identityOf(path, stats) : { path, kind: kindOf(stats) }
  } catch {
    return { path, kind: 'none' }
  }
}

/** True if a file is there. */
export function isFile(found: PathState): found is FileIdentity {
  return 'inode' in found
}

/** The identity of a file from its status. */
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

/** What something is that is not a file. */
export function kindOf(stats: BigIntStats): 'directory' | OtherKind {
  if (stats.isDirectory()) return 'directory'
  if (stats.isSymbolicLink()) return 'symbolic link'
  if (stats.isFIFO()) return 'FIFO'
  return stats.isSocket() ? 'socket' : 'device'
}

/** True if both are the same file, whatever their name and content. */
export function sameInode(one: FileIdentity, other: FileIdentity): boolean {
  return one.device === other.device && one.inode === other.inode
}

/** True if both are the same file, unchanged as far as size and times tell. */
export function sameContent(one: FileIdentity, other: FileIdentity): boolean {
  return sameInode(one, other) && one.size === other.size && one.modified === other.modified
}

/** True if nothing at all has changed. */
export function sameState(one: FileIdentity, other: FileIdentity): boolean {
  return sameContent(one, other) && one.changed === other.changed && one.path === other.path
}

/**
 * True if an inode now belongs to another file: it was created at another time. A file system that does not know this
 * time reports the last change instead, and proves nothing.
 */
export function wasRecreated(before: FileIdentity, now: FileIdentity): boolean {
  return before.born !== now.born && now.born !== now.changed && now.born !== '0'
}

/** Nanoseconds in milliseconds. */
export function millisecondsOf(nanoseconds: string): number {
  return Number(BigInt(nanoseconds) / 1000n) / 1000
}

/** True if something exists there, even a link that leads nowhere. */
export async function pathExists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  )
}
