import { randomBytes } from 'node:crypto'
import { lstatSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute } from 'node:path'
import { isRecord } from '../core/value/record.ts'
import { makeDirectory } from '../file/directory.ts'
import { isTexts, shallowJson } from './shallowJson.ts'

/** Enough for thousands of directories. */
const MAX_BYTES = 1024 * 1024

/**
 * The known directories of archives, a JSON list beside the catalog: if the catalog is lost, these are searched. A
 * missing or unreadable file counts as an empty list.
 */
export function readRoots(file: string): string[] {
  try {
    const stats = lstatSync(file)
    if (!stats.isFile() || stats.size > MAX_BYTES) return []
    const read = shallowJson(readFileSync(file, 'utf8'))
    if (!isRecord(read) || !isTexts(read.roots)) return []
    return read.roots.filter((root) => isAbsolute(root))
  } catch {
    return []
  }
}

/** Writes the list atomically. */
export function writeRoots(file: string, roots: readonly string[]): void {
  makeDirectory(dirname(file))
  const unfinished = `${file}.${randomBytes(4).toString('hex')}.new`
  writeFileSync(unfinished, `${JSON.stringify({ version: 1, roots: roots.toSorted() }, null, 2)}\n`, {
    mode: 0o600,
    flag: 'wx',
  })
  renameSync(unfinished, file)
}
