import { statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { ElysiaError } from '../core/errors.ts'
import { type Inode, inodeOf } from '../file/inode.ts'
import { resolvedPath } from '../file/resolvedPath.ts'
import type { Store } from '../store/store.ts'

/** The files that a run reads or keeps, and must never overwrite. */
export interface ReservedFiles {
  /** Files that are read: their paths, or open descriptors, and their names for messages. */
  readonly inputs: readonly { readonly file: string | number; readonly what: string }[]
  readonly store: Store
  readonly stateDirectory?: string | undefined
}

const DATABASE_FILES = ['', '-wal', '-shm', '-journal']

/**
 * Checks that the output file of a run is, under any name, neither one of its inputs nor a file of its store or state.
 * Returns the inputs, so that later steps can spare them.
 * @throws ElysiaError ELYSIA_USAGE
 */
export function requireOutput(option: string, path: string, used: ReservedFiles): ReadonlySet<Inode> {
  const { inputs, store, stateDirectory } = used
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
    throw unusableOutput(option, path, 'is a directory')
  const inode = inodeOf(path)
  const place = resolvedPath(path)
  const spared = new Set<Inode>()
  for (const { file, what } of inputs) {
    const read = inodeOf(file)
    if (typeof file === 'string' && place.startsWith(`${resolvedPath(file)}${sep}`))
      throw unusableOutput(option, path, `lies in ${what}, which is read`)
    if (read !== undefined && read === inode) throw unusableOutput(option, path, `is ${what}, which is read`)
    if (read !== undefined) spared.add(read)
  }
  for (const file of filesOf(store)) {
    if (file === place || (inode !== undefined && inodeOf(file) === inode))
      throw unusableOutput(option, path, `is a file of the store ${store.target}`)
  }
  if (stateDirectory !== undefined && isState(place, inode, resolvedPath(stateDirectory)))
    throw unusableOutput(option, path, `is a file of the state in ${stateDirectory}`)
  return spared
}

function unusableOutput(option: string, path: string, fact: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `${option} ${path} ${fact}`, {
    hint: 'nothing was done; name another file',
  })
}

/** The files of an embedded store, including those that do not exist yet. */
function filesOf(store: Store): string[] {
  const { database } = store as { database?: { readonly name: string; readonly memory: boolean } }
  return database === undefined || database.memory ? [] : databaseFiles(resolvedPath(database.name))
}

function databaseFiles(path: string): string[] {
  return DATABASE_FILES.map((end) => `${path}${end}`)
}

/** Our files in the state directory, except rejects files, which a run may write there. */
const KEPT = /^(locks|restores|backup-roots\.json|(runs|catalog)\.db(-wal|-shm|-journal)?|.*\.spool)$/

function isState(place: string, inode: Inode | undefined, directory: string): boolean {
  const [first = ''] = relative(directory, place).split(sep)
  if (KEPT.test(first)) return true
  const journals = ['runs.db', 'catalog.db'].flatMap((name) => databaseFiles(join(directory, name)))
  return inode !== undefined && journals.some((file) => inodeOf(file) === inode)
}
