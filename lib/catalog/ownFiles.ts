import type { Dirent } from 'node:fs'
import { readdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { JOURNAL_FILE, MANIFEST_COPY_FILE, MANIFEST_FILE, SCHEMA_FILE } from '../archive/files.ts'
import { ANNOTATIONS_FILE } from './annotations.ts'
import { DELETING_FILE } from './scan.ts'

/** The suffix of an archive's file while it is written. */
const UNFINISHED = /\.unfinished-[0-9a-f]{8}$/

/** What backups call parts, in the directories of Hive that --partition-by makes, and the files of their index. */
const PART =
  /^(parts\/([^/]+=[^/]*\/)*r\d{4,}-\d{5,}\.(jsonl|json|parquet)(\.(gz|zst|lz4))?|index\/r\d{4,}-\d{5,}\.index)$/
const PART_DIRECTORY = /^(parts(\/[^/]+=[^/]*)*|index)$/

const FIXED = new Set([
  ...[MANIFEST_FILE, MANIFEST_COPY_FILE, DELETING_FILE, SCHEMA_FILE, JOURNAL_FILE, ANNOTATIONS_FILE],
])

/** A directory of Hive in a directory of Hive in `parts`. */
const MAX_DEPTH = 4

/** Something in an archive's directory, by its name below it; directories come after what is in them. */
export interface Entry {
  readonly name: string
  /** Links, pipes and devices are `other`. */
  readonly kind: 'file' | 'directory' | 'other'
}

/** All that lies in a directory, and in those below it that parts can lie in. Links are not followed. */
export async function* entriesOf(directory: string, below = '', depth = 0): AsyncGenerator<Entry> {
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

function kindOf(entry: Dirent): Entry['kind'] {
  if (entry.isFile()) return 'file'
  return entry.isDirectory() ? 'directory' : 'other'
}

/** True for a part: one that the manifest names; of a backup that has none yet, also one that was not yet noted. */
export function isOwnPart(name: string, named: ReadonlySet<string>, isUnfinished: boolean): boolean {
  return named.has(name) || (isUnfinished && PART.test(name))
}

/** True for a file of ours that was being written when a process died. */
export function isLeftover(name: string, named: ReadonlySet<string>): boolean {
  if (!UNFINISHED.test(name)) return false
  const finalName = name.replace(UNFINISHED, '')
  return FIXED.has(finalName) || named.has(finalName) || PART.test(finalName)
}

/** True for what backups call their parts, whole or being written. */
export function isPartName(name: string): boolean {
  return PART.test(name.replace(UNFINISHED, ''))
}

/** Removes the directories of parts, if they are empty. */
export async function removeEmptyDirectories(location: string): Promise<void> {
  for await (const { name, kind } of entriesOf(location)) {
    if (kind === 'directory' && PART_DIRECTORY.test(name)) await rmdir(join(location, name)).catch(() => {})
  }
  await rmdir(location).catch(() => {})
}
