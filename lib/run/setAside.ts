import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, renameSync } from 'node:fs'
import { type Inode, inodeOf } from '../file/inode.ts'

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants
const HEAD_BYTES = 256
/** How every line of a rejects file begins, for an ingest or a restore. */
const REJECT = /^\{("line":\d+,"code":"[a-z0-9_]+",|"id":(null|"[-0-9a-f]+"),"reason":)/

/**
 * Moves a file to `FILE.1`. Replaces an older rejects file of that name; any other file, or one of `spared`, stays, and
 * the file becomes `FILE.2` and so on.
 */
export function setAside(path: string, spared: ReadonlySet<Inode> = new Set()): void {
  for (let number = 1; ; number++) {
    const name = `${path}.${number}`
    if (lstatSync(name, { throwIfNoEntry: false }) !== undefined) {
      const inode = inodeOf(name)
      if ((inode !== undefined && spared.has(inode)) || !isRejectsFile(name)) continue
    }
    renameSync(path, name)
    return
  }
}

/** The names that `setAside` may have given to a file, if they exist. */
export function keptNames(path: string): string[] {
  const names: string[] = []
  for (let number = 1; ; number++) {
    const name = `${path}.${number}`
    if (lstatSync(name, { throwIfNoEntry: false }) === undefined) return names
    names.push(name)
  }
}

function isRejectsFile(path: string): boolean {
  let fd: number | undefined
  try {
    fd = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    if (!fstatSync(fd).isFile()) return false
    const head = Buffer.alloc(HEAD_BYTES)
    const read = readSync(fd, head, 0, HEAD_BYTES, 0)
    return read === 0 || REJECT.test(head.toString('latin1', 0, read))
  } catch {
    return false
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
