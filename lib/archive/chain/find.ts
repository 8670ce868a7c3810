import { readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Archive, openArchive } from '../archive.ts'
import { MANIFEST_FILE } from '../files.ts'
import { directoryStorage } from '../storage/directory.ts'
import type { FindArchive } from './chain.ts'

/**
 * Finds archives by id in directories and one level below them, such as the root of backups, which has a directory
 * for each class. An archive whose directory has its id as a name is found at once; for the others the manifests are
 * read. A damaged manifest is skipped, unless its directory has the wanted name.
 */
export function findBelow(directories: readonly string[]): FindArchive {
  return async (id) => {
    const all = [...new Set(directories.map((directory) => resolve(directory)))]
    const below = (await Promise.all(all.map(directoriesIn))).flat()
    const places = [...all, ...below]
    for (const place of places) {
      const archive = await openAt(join(place, id))
      if (archive?.manifest.id === id) return archive
    }
    const others = (await Promise.all(below.map(directoriesIn))).flat()
    for (const place of [...places, ...others]) {
      const archive = await openAt(place).catch(() => undefined)
      if (archive?.manifest.id === id) return archive
    }
    return undefined
  }
}

/** The directory that contains an archive, which usually contains its bases, too. */
export function parentOfArchive(location: string): string {
  return dirname(resolve(location))
}

async function openAt(path: string): Promise<Archive | undefined> {
  const storage = directoryStorage(path)
  const isArchive = (await storage.bytes(MANIFEST_FILE).catch(() => undefined)) !== undefined
  return isArchive ? openArchive(storage) : undefined
}

async function directoriesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(directory, name))
}
