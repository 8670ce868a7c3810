import { createReadStream, existsSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { pipeline, type Readable } from 'node:stream'
import { type Archive, openArchive, openByCopy } from '../../../archive/archive.ts'
import { type Chain, type FindArchive, isIncrement, openChain } from '../../../archive/chain/chain.ts'
import { findBelow, parentOfArchive } from '../../../archive/chain/find.ts'
import { JOURNAL_FILE, MANIFEST_COPY_FILE, MANIFEST_FILE } from '../../../archive/files.ts'
import { documentKind } from '../../../archive/foreign/documentLines.ts'
import { isOriginalDocument } from '../../../archive/foreign/originalDocument.ts'
import { isWeaviateExport } from '../../../archive/foreign/weaviateExport.ts'
import { isSingleHeader } from '../../../archive/single/lines.ts'
import { directoryStorage } from '../../../archive/storage/directory.ts'
import { meterStream } from '../../../core/channel/bytes.ts'
import { ElysiaError, messageOf } from '../../../core/errors.ts'
import type { Emit } from '../../../run/context.ts'
import { emitter } from '../../../run/events.ts'
import { hintedFailure } from '../../../run/failure.ts'
import { peekBytes } from '../../../stream/bytes/peek.ts'
import { decompress } from '../../../stream/codec/decompress.ts'
import { ofInput } from '../../../stream/foreignInput.ts'
import type { RestoreOptions } from '../options.ts'
import { archiveSource } from './archive.ts'
import { archivesBelow } from './archivesBelow.ts'
import { chainSource } from './chain.ts'
import { type OnDamage, tellDamage, tellingDamage, watchedSource } from './damage.ts'
import { exportSource } from './export.ts'
import { type ForeignBytes, originalSource } from './file.ts'
import type { ForeignOptions } from './foreignOptions.ts'
import { plainSource } from './plain.ts'
import { singleSource } from './single.ts'
import type { RestoreSource } from './source.ts'
import { type SpooledBytes, spoolPipe } from './spoolPipe.ts'
import { singleFile, tableSource } from './table.ts'

/** The options of a restore that matter to sources without a class. */
export type SourceOptions = Pick<RestoreOptions, 'schema' | 'name' | 'collection'> & ForeignOptions

/** Options for opening the source of a restore. */
export interface OpenOptions {
  /** The stream for `-`. */
  readonly stdin: () => Readable
  /** Where to find archives that are named by id or by directory name. */
  readonly root?: string
  /** Finds the bases of an increment that are neither beside it nor below the root. */
  readonly findArchive?: FindArchive
  readonly options?: SourceOptions
  readonly onEvent?: Emit
  /** Gets the damage of an archive, also what is found while the source is read. */
  readonly onDamage?: OnDamage
}

const CHUNK_BYTES = 256 * 1024
const HEAD_BYTES = 64 * 1024

/**
 * Opens whatever the user named: a directory, a file, a pipe (`-`), or an archive by its id.
 * @throws ElysiaError ELYSIA_INPUT_MISSING, ELYSIA_INPUT, ELYSIA_NOT_FOUND; ELYSIA_DAMAGED for an archive that is
 * damaged, cut short or not finished
 */
export async function openSource(operand: string, options: OpenOptions): Promise<RestoreSource> {
  const { onDamage } = options
  return watchedSource(await tellingDamage(() => openAny(operand, options), onDamage), onDamage)
}

async function openAny(operand: string, options: OpenOptions): Promise<RestoreSource> {
  if (operand === '-') return openStream({ name: 'standard input', ...PIPE }, options.stdin(), options)
  const stats = await stat(operand).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw unreadable(operand, error)
  })
  if (stats === undefined) return openNamed(operand, options)
  if (stats.isDirectory()) return openDirectory(operand, options)
  const place = dirname(resolve(operand))
  const again = () => meterStream(place, createReadStream(operand, { highWaterMark: CHUNK_BYTES }))
  if (!stats.isFile()) return openStream({ name: operand, ...PIPE }, again(), options)
  if (await isParquet(operand).catch(() => false))
    return tableSource(operand, singleFile(operand), options.options ?? {}, emitter(options.onEvent))
  const identity = `${resolve(operand)} ${stats.size} ${stats.mtimeMs}`
  return openStream({ name: operand, again, identity }, again(), options)
}

const PIPE = { again: undefined, identity: undefined }

async function openDirectory(path: string, options: OpenOptions): Promise<RestoreSource> {
  const emit = emitter(options.onEvent)
  const isOurs = existsSync(join(path, MANIFEST_FILE)) || existsSync(join(path, JOURNAL_FILE))
  if (!isOurs && (await isWeaviateExport(path))) return exportSource(path, options.options ?? {}, emit)
  if (!isOurs) {
    const { tableFiles } = await import('../../../archive/foreign/parquet/directory.ts')
    const files = await tableFiles(path)
    if (files.length > 0) return tableSource(path, files, options.options ?? {}, emit)
  }
  const chain = await openArchives(path, options)
  return isIncrement(chain.newest.manifest) ? chainSource(chain) : archiveSource(chain.newest)
}

/**
 * Opens the archive in a directory, an increment together with its bases. If its manifest is damaged, reads the copy,
 * with an event.
 * @throws ElysiaError ELYSIA_DAMAGED if it is damaged, cut short or not finished, or a base is missing
 */
export async function openArchives(
  path: string,
  {
    onEvent,
    onDamage,
    root,
    findArchive,
  }: Pick<OpenOptions, 'onEvent' | 'onDamage' | 'root' | 'findArchive'>,
): Promise<Chain> {
  return openChain(await openWhole(path, emitter(onEvent), onDamage), finder(path, root, findArchive))
}

/** Looks for bases beside their increments, below the root, then with the caller's finder. */
function finder(path: string, root: string | undefined, elsewhere: FindArchive | undefined): FindArchive {
  const near = findBelow([parentOfArchive(path), ...(root === undefined ? [] : [root])])
  return async (id) => (await near(id)) ?? elsewhere?.(id)
}

/** Opens an archive; if its manifest is damaged, with the copy of the manifest, and an event. */
async function openWhole(path: string, emit: Emit, onDamage?: OnDamage): Promise<Archive> {
  const storage = directoryStorage(path)
  try {
    return await openArchive(storage)
  } catch (error) {
    const isDamaged = error instanceof ElysiaError && error.code === 'ELYSIA_DAMAGED'
    if (!isDamaged || (await storage.bytes(MANIFEST_FILE)) === undefined) throw error
    const archive = await openByCopy(storage).catch(() => {
      throw error
    })
    emit({ type: 'manifest_copy_used', file: MANIFEST_COPY_FILE, error: hintedFailure(error) })
    tellDamage(error, onDamage)
    return archive
  }
}

/** Opens a file or pipe by its first bytes. */
async function openStream(
  file: Omit<ForeignBytes, 'bytes'>,
  source: Readable,
  { options = {}, onEvent }: OpenOptions,
): Promise<RestoreSource> {
  const emit = emitter(onEvent)
  const raw = await peekBytes(source, PARQUET.length).catch((error: unknown) => {
    throw unreadable(file.name, error)
  })
  if (raw.head.toString('latin1', 0, PARQUET.length) === PARQUET) {
    const pipe = { name: file.name, bytes: raw.whole }
    return spooledSource(pipe, 'Parquet is read from its end', emit, ({ path, identity }) =>
      tableSource(file.name, singleFile(path), options, emit, identity),
    )
  }
  const unpacked = decompress()
  // The reader of the decompressed bytes gets the errors.
  pipeline(raw.whole, unpacked, () => {})
  const { head, whole } = await peekBytes(unpacked, HEAD_BYTES).catch((error: unknown) => {
    throw error instanceof ElysiaError ? ofInput(error, file.name) : unreadable(file.name, error)
  })
  const foreign: ForeignBytes = { ...file, bytes: whole }
  if (isSingleHeader(head.subarray(0, 100).toString())) return singleSource(file.name, whole, file.again)
  if (isOriginalDocument(head)) return originalSource(foreign, emit)
  if (isObjectLine(head)) {
    if (file.again !== undefined || options.schema !== undefined)
      return plainSource(foreign, options, emit, head)
    return spooledSource(foreign, 'their class is derived from all of them', emit, ({ again, identity }) =>
      plainSource({ name: file.name, bytes: again(), again, identity }, options, emit, head),
    )
  }
  whole.destroy()
  throw new ElysiaError('ELYSIA_INPUT', `${file.name} is not an archive: it ${beginning(head)}`, {
    hint: 'give the directory or file that `col backup` made, JSON lines of objects, Parquet, or a backup document',
  })
}

/** A pipe or a compressed file, spooled into a file that is removed with the source. */
async function spooledSource(
  file: Pick<ForeignBytes, 'name' | 'bytes'>,
  why: string,
  emit: Emit,
  open: (bytes: SpooledBytes) => Promise<RestoreSource>,
): Promise<RestoreSource> {
  const bytes = await spoolPipe(file, why, emit)
  try {
    const source = await open(bytes)
    return withRemoval(source, bytes)
  } catch (error) {
    await bytes.remove()
    throw error
  }
}

function withRemoval(source: RestoreSource, { remove }: Pick<SpooledBytes, 'remove'>): RestoreSource {
  const { close, ofClass } = source
  // A pipe that was cut looks as if it had ended.
  return {
    ...source,
    once: true,
    ...(ofClass && { ofClass: (schema) => withRemoval(ofClass(schema), { remove }) }),
    close: async () => {
      await close?.()
      await remove()
    },
  }
}

/** The first bytes of a Parquet file. */
const PARQUET = 'PAR1'

async function isParquet(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PARQUET.length), 0, PARQUET.length, 0)
    return buffer.toString('latin1', 0, bytesRead) === PARQUET
  } finally {
    await file.close()
  }
}

/** True for the beginning of JSON lines or of a list: the restore checks whether each is an object. */
function isObjectLine(head: Buffer): boolean {
  const text = head.subarray(0, 1000).toString()
  return /^\ufeff?\s*\{\s*"/.test(text) || documentKind(head) !== undefined
}

function beginning(head: Buffer): string {
  if (head.length === 0) return 'is empty'
  return `begins with ${JSON.stringify(head.subarray(0, 40).toString())}`
}

/** An archive below the root, by its id or directory name. */
async function openNamed(name: string, options: OpenOptions): Promise<RestoreSource> {
  const { root } = options
  for (const path of root === undefined ? [] : await archivesBelow(root)) {
    if (path.endsWith(`/${name}`)) return openDirectory(path, options)
    const archive = await openWhole(path, () => {}).catch(() => undefined)
    if (archive?.manifest.id === name) return openDirectory(path, options)
  }
  const elsewhere = root === undefined ? '' : `, nor an archive of that id below ${root}`
  throw new ElysiaError('ELYSIA_INPUT_MISSING', `there is no file ${name}${elsewhere}`, {
    hint: 'nothing was done; check the path, which is relative to the working directory',
  })
}

function unreadable(name: string, cause: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_INPUT', `${name} cannot be read: ${messageOf(cause)}`, { cause })
}
