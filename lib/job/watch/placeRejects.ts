import { constants, copyFile, link, lstat, open, rename, unlink } from 'node:fs/promises'
import { numberedName, suffixedName } from './fileName.ts'
import type { Folder } from './folder.ts'
import { pathExists } from './identity.ts'

const { COPYFILE_EXCL } = constants

/** The ending of the name of a file's rejects. */
export const REJECTS_SUFFIX = '.rejects.jsonl'

/**
 * Brings a file of rejects from our own directory into another, as `NAME.rejects.jsonl` or, if that is taken,
 * `NAME.rejects-1.jsonl` …; returns the path there, undefined if there are none. The copy is made under a name of the
 * run, and is complete and durable before it gets its own: after a crash at any point the same call ends with one file.
 */
export async function placeRejects(
  rejects: string,
  run: string,
  name: string,
  target: Folder,
): Promise<string | undefined> {
  const copy = target.at(`.${run}.rejects.part`)
  const before = await lstat(copy).catch(() => undefined)
  const isPlaced = before?.isFile() === true && before.nlink > 1
  const isThere = await pathExists(rejects)
  if (before !== undefined && isThere && !isPlaced) await unlink(copy)
  if (isThere && !isPlaced) await copyDurably(rejects, copy)
  if (!isThere && before === undefined) return undefined
  const placed = await freeName(target, suffixedName(name, REJECTS_SUFFIX), copy, isPlaced || !isThere)
  if (isThere) await unlink(rejects)
  await unlink(copy).catch(() => undefined)
  return target.pathOf(placed)
}

/** Overwrites nothing and follows no link: the name must be free. */
async function copyDurably(from: string, to: string): Promise<void> {
  await copyFile(from, to, COPYFILE_EXCL)
  const file = await open(to, 'r')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** Gives the copy the first free name, or finds the name that it was given before. */
async function freeName(target: Folder, name: string, copy: string, isPlaced: boolean): Promise<string> {
  const { ino } = await lstat(copy)
  for (let attempt = 0; ; attempt++) {
    const free = numberedName(name, attempt)
    const there = await lstat(target.at(free)).catch(() => undefined)
    if (there?.ino === ino) return free
    if (there !== undefined) continue
    if (isPlaced) return free
    try {
      await link(copy, target.at(free))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST') continue
      if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS' && code !== 'EOPNOTSUPP') throw error
      await rename(copy, target.at(free))
    }
    return free
  }
}
