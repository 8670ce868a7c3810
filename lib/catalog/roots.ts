import { randomBytes } from 'node:crypto'
import { lstatSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute } from 'node:path'
import { makeDirectory } from '../file/directory.ts'
import { isRecord, isTexts, shallowJson } from './shallowJson.ts'

/** Thousands of directories. */
const MAX_BYTES = 1024 * 1024

/**
 * The directories that archives are known to lie below, as a JSON list beside the catalog: where the catalog is
 * lost, these are looked through. A file that cannot be read, or is none, is as none.
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

/** Whole, or not at all. */
export function writeRoots(file: string, roots: readonly string[]): void {
  makeDirectory(dirname(file))
  const unfinished = `${file}.${randomBytes(4).toString('hex')}.new`
  writeFileSync(unfinished, `${JSON.stringify({ version: 1, roots: roots.toSorted() }, null, 2)}\n`, {
    mode: 0o600,
    flag: 'wx',
  })
  renameSync(unfinished, file)
}
