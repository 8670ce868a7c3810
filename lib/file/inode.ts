import { fstatSync, statSync } from 'node:fs'

/** A file by device and inode: the same under all of its names. */
export type Inode = `${bigint}:${bigint}`

/** The inode of a path, following links, or of an open descriptor; undefined if there is nothing. */
export function inodeOf(file: string | number): Inode | undefined {
  try {
    const { dev, ino } =
      typeof file === 'number' ? fstatSync(file, { bigint: true }) : statSync(file, { bigint: true })
    return `${dev}:${ino}`
  } catch {
    return undefined
  }
}
