import type { Dirent } from 'node:fs'
import { readdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { JOURNAL_FILE, MANIFEST_COPY_FILE, MANIFEST_FILE, SCHEMA_FILE } from '../archive/files.ts'
import { ANNOTATIONS_FILE } from './annotations.ts'
import { DELETING_FILE } from './scan.ts'

/** The suffix of an archive's file while it is written. */
const UNFINISHED = /\.unfinished-[0-9a-f]{8}$/

/** The names of parts, in Hive directories from --partition-by, and of index files. */
const PART =
  /^(parts\/([^/]+=[^/]*\/)*r\d{4,}-\d{5,}\.(jsonl|json|parquet)(\.(gz|zst|lz4))?|index\/r\d{4,}-\d{5,}\.index)$/
const PART_DIRECTORY = /^(parts(\/[^/]+=[^/]*)*|index)$/

const FIXED = new Set([
  ...[MANIFEST_FILE, MANIFEST_COPY_FILE, DELETING_FILE, SCHEMA_FILE, JOURNAL_FILE, ANNOTATIONS_FILE],
])

/** Hive directories, two levels deep, in `parts`. */
const MAX_DEPTH = 4

/** An entry in an archive's directory, by its relative name; a directory comes after its contents. */
export interface DirectoryEntry {
  readonly name: string
  /** Links, pipes and devices are `other`. */
  readonly kind: 'file' | 'directory' | 'other'
}

/** Everything in a directory, and in the directories below it that may hold parts. Does not follow links. */
export async function* entriesOf(directory: string, below = '', depth = 0): AsyncGenerator<DirectoryEntry> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error) => {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    const kind = kindOf(entry)
    if (kind === 'directory' && depth < MAX_DEPTH && PART_DIRECTORY.test(name))
      yield* entriesOf(join(directory, entry.name), name, depth + 1)
    yield { name, kind }
  }
}

function kindOf(entry: Dirent): DirectoryEntry['kind'] {
  if (entry.isFile()) return 'file'
  return entry.isDirectory() ? 'directory' : 'other'
}

/**
 * True for a part that the manifest names; in a backup without a manifest, also for a part that is not recorded yet.
 */
export function isOwnPart(name: string, named: ReadonlySet<string>, isUnfinished: boolean): boolean {
  return named.has(name) || (isUnfinished && PART.test(name))
}

/** True for a file of ours that was being written when a process died. */
export function isLeftover(name: string, named: ReadonlySet<string>): boolean {
  if (!UNFINISHED.test(name)) return false
  const finalName = name.replace(UNFINISHED, '')
  return FIXED.has(finalName) || named.has(finalName) || PART.test(finalName)
}

/** True for the name of a part, complete or being written. */
export function isPartName(name: string): boolean {
  return PART.test(name.replace(UNFINISHED, ''))
}

/** Removes the directories of parts that are empty. */
export async function removeEmptyDirectories(location: string): Promise<void> {
  for await (const { name, kind } of entriesOf(location)) {
    if (kind === 'directory' && PART_DIRECTORY.test(name)) await rmdir(join(location, name)).catch(() => {})
  }
  await rmdir(location).catch(() => {})
}
