import { type Dirent, readdirSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { JOURNAL_FILE, MANIFEST_COPY_FILE, MANIFEST_FILE } from '../archive/files.ts'
import { ElysiaError, messageOf } from '../core/errors.ts'
import { insideCheck } from '../file/insideDirectory.ts'

/** The manifest of an archive whose removal has started: the last of its files to be removed. */
export const DELETING_FILE = 'manifest.deleting.json'

/** An archive below a root, complete or not. */
export interface ScannedArchive {
  readonly path: string
  readonly shape: 'directory' | 'file'
  readonly state: 'complete' | 'partial' | 'deleting'
}

/** A directory below a root that could not be read. */
export interface UnreadableDirectory {
  readonly path: string
  readonly state: 'unreadable'
  readonly message: string
}

const SINGLE_FILE = /\.jsonl(\.(gz|zst|lz4))?$/

// The default root has one level of collections; deeper levels are for people who sort their archives by hand.
const MAX_DEPTH = 8

/**
 * The archives below a root, in order of path: directories with a manifest, a journal or the rest of a removal, and
 * single files with the name of an archive. Does not follow links, and skips hidden names.
 * @throws ElysiaError ELYSIA_NOT_FOUND if the root does not exist
 */
export async function* scanRoot(
  root: string,
  depth = 0,
): AsyncGenerator<ScannedArchive | UnreadableDirectory> {
  const entries = await entriesOf(root, depth === 0).catch((error: unknown) => {
    if (depth === 0) throw error
    return messageOf(error)
  })
  if (typeof entries === 'string') {
    yield { path: root, state: 'unreadable', message: entries }
    return
  }
  const state = stateOf(new Set(entries.map(({ name }) => name)))
  if (state !== undefined) {
    yield { path: root, shape: 'directory', state }
    return
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(root, entry.name)
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory() && depth < MAX_DEPTH) yield* scanRoot(path, depth + 1)
    else if (entry.isFile() && SINGLE_FILE.test(entry.name)) yield { path, shape: 'file', state: 'complete' }
  }
}

/** The state that the file names in a directory indicate; undefined if it is not an archive. */
function stateOf(names: ReadonlySet<string>): ScannedArchive['state'] | undefined {
  if (names.has(DELETING_FILE)) return 'deleting'
  if (names.has(MANIFEST_FILE)) return 'complete'
  if (names.has(JOURNAL_FILE)) return 'partial'
  return names.has(MANIFEST_COPY_FILE) ? 'complete' : undefined
}

async function entriesOf(directory: string, isRoot: boolean): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' && !isRoot) return []
    throw new ElysiaError(
      code === 'ENOENT' || code === 'ENOTDIR' ? 'ELYSIA_NOT_FOUND' : 'ELYSIA_STATE',
      `cannot look through ${directory}: ${messageOf(error)}`,
      { cause: error, hint: 'give a directory that contains archives, at any depth' },
    )
  }
}

/**
 * The root that an archive is locked by: the outermost known root above it, otherwise the parent of its own
 * directory.
 */
export function rootOf(location: string, known: readonly string[]): string {
  return rootsAbove(location, known)[0] ?? dirname(location)
}

/** The directories above a path, outermost first. */
export function rootsAbove(path: string, known: readonly string[]): string[] {
  return known.filter((root) => insideCheck(root)(path)).sort((a, b) => a.length - b.length)
}

/** The root that archives in a directory are locked by; the directory may itself be a root, or an archive. */
export function lockedRootOf(directory: string, known: readonly string[]): string {
  const [outermost] = rootsAbove(join(directory, 'archive'), known)
  if (outermost !== undefined) return outermost
  return stateOf(new Set(readdirSync(directory))) === undefined ? directory : dirname(directory)
}
