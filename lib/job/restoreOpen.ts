import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline, type Readable } from 'node:stream'
import { openArchive } from '../archive/archive.ts'
import { directoryPlace } from '../archive/directoryPlace.ts'
import { isSingleHeader } from '../archive/single.ts'
import { ElysiaError, messageOf } from '../errors.ts'
import { decompress } from '../stream/decompress.ts'
import { peek } from '../stream/peek.ts'
import { archiveSource } from './restoreArchive.ts'
import { singleSource } from './restoreSingle.ts'
import type { RestoreSource } from './restoreSource.ts'

export interface OpenOptions {
  /** What `-` stands for. */
  readonly stdin: () => Readable
  /** Where archives lie that are named by their id, or by the name of their directory. */
  readonly root?: string
  /** A file with the class of objects that come without one. */
  readonly schema?: string
}

const CHUNK_BYTES = 256 * 1024
const HEAD_BYTES = 64 * 1024

/**
 * Opens what a person named, whatever it is: a directory, a file, a pipe (`-`), or an archive by its id.
 * @throws ElysiaError ELYSIA_INPUT_MISSING, ELYSIA_INPUT, ELYSIA_NOT_FOUND; ELYSIA_DAMAGED for an archive that
 * is damaged, cut short or not finished
 */
export async function openSource(operand: string, options: OpenOptions): Promise<RestoreSource> {
  if (operand === '-') return openStream('standard input', options.stdin(), undefined)
  const stats = await stat(operand).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw unreadable(operand, error)
  })
  if (stats === undefined) return openNamed(operand, options.root)
  if (stats.isDirectory()) return openDirectory(operand)
  const again = () => createReadStream(operand, { highWaterMark: CHUNK_BYTES })
  return openStream(operand, again(), stats.isFile() ? again : undefined)
}

async function openDirectory(path: string): Promise<RestoreSource> {
  return archiveSource(await openArchive(directoryPlace(path)))
}

/** A file or pipe, told by its first line. */
async function openStream(
  name: string,
  source: Readable,
  again: (() => Readable) | undefined,
): Promise<RestoreSource> {
  const bytes = decompress()
  // Whoever reads what is decompressed hears of errors there.
  pipeline(source, bytes, () => {})
  const { head, whole } = await peek(bytes, HEAD_BYTES).catch((error: unknown) => {
    throw error instanceof ElysiaError ? error : unreadable(name, error)
  })
  const line = head.subarray(0, HEAD_BYTES).toString().split('\n', 1)[0]!
  if (isSingleHeader(line)) return singleSource(name, whole, again)
  whole.destroy()
  throw new ElysiaError('ELYSIA_INPUT', `${name} is no archive: it ${beginning(head)}`, {
    hint: 'give the directory or file that `col backup` made, JSON lines of objects, or a backup document',
  })
}

function beginning(head: Buffer): string {
  if (head.length === 0) return 'is empty'
  return `begins with ${JSON.stringify(head.subarray(0, 40).toString())}`
}

/** An archive below the root, by its id or the name of its directory. */
async function openNamed(name: string, root: string | undefined): Promise<RestoreSource> {
  for (const path of root === undefined ? [] : await archivesBelow(root)) {
    if (path.endsWith(`/${name}`)) return openDirectory(path)
    const archive = await openArchive(directoryPlace(path)).catch(() => undefined)
    if (archive?.manifest.id === name) return archiveSource(archive)
  }
  const elsewhere = root === undefined ? '' : `, nor an archive of that id below ${root}`
  throw new ElysiaError('ELYSIA_INPUT_MISSING', `there is no file ${name}${elsewhere}`, {
    hint: 'nothing was done; look at the path, which is relative to the working directory',
  })
}

/** ROOT/CLASS/ARCHIVE, the newest first. */
async function archivesBelow(root: string): Promise<string[]> {
  const classes = await readdir(root).catch(() => [])
  const found = classes.map(async (name) => {
    const archives = await readdir(join(root, name)).catch(() => [])
    return archives.map((archive) => join(root, name, archive))
  })
  return (await Promise.all(found)).flat().sort().reverse()
}

function unreadable(name: string, cause: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_INPUT', `${name} cannot be read: ${messageOf(cause)}`, { cause })
}
