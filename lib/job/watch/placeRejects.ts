import { constants, copyFile, link, lstat, open, rename, unlink } from 'node:fs/promises'
import { nameWith, numbered } from './fileName.ts'
import type { Folder } from './folder.ts'
import { exists } from './identity.ts'

const { COPYFILE_EXCL } = constants

/** What the name of a file's rejects ends with. */
export const REJECTS_SUFFIX = '.rejects.jsonl'

/**
 * Brings a file with rejects from a place of ours into a directory, as `NAME.rejects.jsonl` or, where that is
 * taken, `NAME.rejects-1.jsonl` …; answers the path there, undefined where there are none. The copy is made under
 * a name of the run, whole and on the disk before it has its own: after a crash at any point the same call ends with
 * one file.
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
  const isThere = await exists(rejects)
  if (before !== undefined && isThere && !isPlaced) await unlink(copy)
  if (isThere && !isPlaced) await copyDurably(rejects, copy)
  if (!isThere && before === undefined) return undefined
  const placed = await freeName(target, nameWith(name, REJECTS_SUFFIX), copy, isPlaced || !isThere)
  if (isThere) await unlink(rejects)
  await unlink(copy).catch(() => undefined)
  return target.pathOf(placed)
}

/** Never over anything, and through no link: the name must not be taken. */
async function copyDurably(from: string, to: string): Promise<void> {
  await copyFile(from, to, COPYFILE_EXCL)
  const file = await open(to, 'r')
  try {
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** Gives the copy the first name that is free; finds the one it has where it was given one before. */
async function freeName(target: Folder, name: string, copy: string, isPlaced: boolean): Promise<string> {
  const { ino } = await lstat(copy)
  for (let attempt = 0; ; attempt++) {
    const free = numbered(name, attempt)
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
