import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { parseBounded } from '../../core/boundedJson.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { isRecord } from '../../core/value/record.ts'
import { META } from '../format/parquetMetadata.ts'
import { SchemaDerivation } from './deriveSchema.ts'
import { type ExportFile, endOf, footerOf, openRegular } from './exportFile.ts'

/** A server's export of collections: a directory of Parquet files. */
export interface WeaviateExport {
  /** In order of collection, tenant and name. */
  readonly files: readonly ExportFile[]
  /** Shards that the server skipped, such as offloaded tenants, and why. */
  readonly skipped: readonly SkippedShard[]
  /** When the server started and finished; absent without its `export_metadata.json`. */
  readonly started?: string
  readonly finished?: string
}

interface SkippedShard {
  readonly collection: string
  readonly shard: string
  readonly reason: string
}

interface Metadata {
  readonly status?: unknown
  readonly startedAt?: string
  readonly completedAt?: string
  readonly shardStatus?: Readonly<Record<string, Readonly<Record<string, ShardStatus>>>>
}

interface ShardStatus {
  readonly status?: string
  readonly objectsExported?: number
  readonly skipReason?: string
}

const EXPORT_METADATA_FILE = 'export_metadata.json'

/** A shard takes about 200 bytes in this file. */
const MAX_METADATA_BYTES = 64 * 1024 * 1024

/**
 * True for the directory of an export: it has the server's metadata, or files that name their collection and do not
 * belong to an archive.
 */
export async function isWeaviateExport(directory: string): Promise<boolean> {
  const names = await readdir(directory).catch((): string[] => [])
  if (names.includes(EXPORT_METADATA_FILE)) return true
  const first = names.find((name) => name.endsWith('.parquet'))
  if (first === undefined) return false
  const footer = await footerOf(join(directory, first)).catch(() => undefined)
  return footer?.metadata.has('collection') === true && !footer.metadata.has(META.version)
}

/**
 * Lists an export by the footers of its files. If the server's `export_metadata.json` exists, the export has to be
 * finished, and the files of each shard must hold as many objects as the server wrote: cluster nodes write to their
 * own disks, so files that nobody copied are missing here.
 * @see https://docs.weaviate.io/deploy/configuration/export
 * @throws ElysiaError ELYSIA_DAMAGED, ELYSIA_INPUT_MISSING
 */
export async function listWeaviateExport(directory: string): Promise<WeaviateExport> {
  const names = await namesIn(directory)
  const files: ExportFile[] = []
  for (const name of names.filter((name) => name.endsWith('.parquet'))) {
    files.push(await exportFile(join(directory, name)))
  }
  const order = ({ collection, tenant = '', path }: ExportFile) => `${collection}\0${tenant}\0${path}`
  files.sort((a, b) => (order(a) < order(b) ? -1 : 1))
  if (!names.includes(EXPORT_METADATA_FILE)) return { files, skipped: [] }
  return { files, ...checkedExport(await metadataIn(directory), files, directory) }
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).sort()
  } catch (cause) {
    throw new ElysiaError('ELYSIA_INPUT_MISSING', `the export ${directory}: ${messageOf(cause)}`, { cause })
  }
}

async function metadataIn(directory: string): Promise<Metadata> {
  const path = join(directory, EXPORT_METADATA_FILE)
  try {
    const handle = await openRegular(path)
    try {
      const { size } = await handle.stat()
      if (size > MAX_METADATA_BYTES) throw new Error(`is larger than ${MAX_METADATA_BYTES} bytes`)
      const metadata = parseBounded((await endOf(handle, size)).toString())
      if (!isMetadata(metadata)) throw new Error('is not what a server writes')
      return metadata
    } finally {
      await handle.close()
    }
  } catch (cause) {
    throw new ElysiaError('ELYSIA_DAMAGED', `${path}: ${messageOf(cause)}`, { cause })
  }
}

function isMetadata(value: unknown): value is Metadata {
  if (!isRecord(value)) return false
  const { startedAt, completedAt, shardStatus } = value
  if (!isTextOrAbsent(startedAt) || !isTextOrAbsent(completedAt)) return false
  if (shardStatus === undefined) return true
  return isRecord(shardStatus) && Object.values(shardStatus).every(areShards)
}

function areShards(shards: unknown): boolean {
  const isShard = (shard: unknown): boolean =>
    isRecord(shard) &&
    isTextOrAbsent(shard.skipReason) &&
    (shard.objectsExported === undefined || Number.isSafeInteger(shard.objectsExported))
  return isRecord(shards) && Object.values(shards).every(isShard)
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

function checkedExport(metadata: Metadata, files: readonly ExportFile[], directory: string) {
  const { status, startedAt, completedAt, shardStatus = {} } = metadata
  if (status !== 'SUCCESS') {
    throw new ElysiaError(
      'ELYSIA_DAMAGED',
      `the export ${directory} is not finished: its status is ${status}`,
      {
        hint: 'Wait until GET /v1/export/{backend}/{id} says SUCCESS, or export again.',
      },
    )
  }
  const skipped: SkippedShard[] = []
  for (const [collection, shards] of Object.entries(shardStatus)) {
    for (const [shard, { skipReason, objectsExported }] of Object.entries(shards)) {
      if (skipReason) skipped.push({ collection, shard, reason: skipReason })
      else requireObjects(files, { collection, shard, objects: objectsExported ?? 0, directory })
    }
  }
  return {
    skipped,
    ...(startedAt !== undefined && { started: startedAt }),
    ...(completedAt !== undefined && { finished: completedAt }),
  }
}

interface ExpectedShard {
  readonly collection: string
  readonly shard: string
  readonly objects: number
  readonly directory: string
}

function requireObjects(
  files: readonly ExportFile[],
  { collection, shard, objects, directory }: ExpectedShard,
): void {
  const prefix = join(directory, `${collection}_${shard}_`)
  const there = files
    .filter(({ path }) => path.startsWith(prefix) && /^\d+\.parquet$/.test(path.slice(prefix.length)))
    .reduce((sum, file) => sum + file.objects, 0)
  if (there === objects) return
  const fact = `shard ${shard} of ${collection} has ${there} objects, the server exported ${objects}`
  throw new ElysiaError('ELYSIA_DAMAGED', `the export ${directory} is incomplete: ${fact}`, {
    hint: 'Copy the files of all nodes into one directory.',
  })
}

/** Describes one file of an export. @throws ElysiaError ELYSIA_DAMAGED */
async function exportFile(path: string): Promise<ExportFile> {
  const { rows, metadata } = await footerOf(path)
  const collection = metadata.get('collection')
  if (collection === undefined) {
    throw new ElysiaError('ELYSIA_DAMAGED', `${path} does not say which collection it is of`)
  }
  const tenant = metadata.get('tenant')
  return { path, collection, objects: rows, ...(tenant && { tenant }) }
}

/**
 * The objects of a file in pages, in file order, which in the server's files is id order.
 * Memory: two pages, plus about five times the stored size of a row group while the file is read (a server's file of
 * 50 000 objects with 384-d vectors: 560 MB).
 * Errors: ELYSIA_DAMAGED.
 */
export async function readWeaviateExport(file: ExportFile): Promise<Readable> {
  const { readExportFile } = await import('./exportReader.ts')
  return readExportFile(file)
}

/**
 * Derives the class of a collection from all objects in its files; an export does not contain it.
 * @see SchemaDerivation for the rules
 * @throws ElysiaError ELYSIA_DAMAGED, ELYSIA_CONFLICT if no data type fits all values of a property
 */
export async function deriveExportSchema(files: readonly ExportFile[]): Promise<CollectionSchema> {
  const derivation = new SchemaDerivation()
  for (const file of files) {
    for await (const page of (await readWeaviateExport(file)) as AsyncIterable<StoredObject[]>) {
      for (const object of page) derivation.add(object)
    }
  }
  return derivation.schema(files[0]?.collection ?? '')
}
