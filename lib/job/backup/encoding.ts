import { formatOf } from '../../archive/format/formats.ts'
import type { Encoding, Manifest, Plan } from '../../archive/manifest.ts'
import { withFiniteVectors } from '../../archive/object/finiteVectors.ts'
import { objectText } from '../../archive/object/lineWriter.ts'
import { readableText } from '../../archive/object/text.ts'
import type { PartEncoding } from '../../archive/part/file.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { asleepOf } from '../../run/activeTenants.ts'
import type { Emit } from '../../run/context.ts'
import type { Store } from '../../store/store.ts'
import { autoCompression } from '../../stream/codec/auto.ts'
import { COMPRESSIONS, parseCompression } from '../../stream/codec/compressions.ts'
import type { BackupOptions } from './options.ts'
import { type CollectionInfo, callsFor, scanProjection } from './plan.ts'

/** From so many characters of objects `auto` judges how well a collection compresses. */
const SAMPLE_LENGTH = 1024 * 1024

/** A collection with more bytes is not small. */
const MUCH = 1024 * 1024 * 1024

/** How the parts of a backup will be written, as its manifest records it. Reads a sample if `auto` decides. */
export async function chosenEncoding(
  store: Store,
  subject: CollectionInfo,
  options: BackupOptions,
  emit: Emit,
): Promise<Encoding> {
  const format = await formatOf(options.format)
  const vectors = vectorsIn(options)
  requireEncoding(options)
  if (format.compressesItself) return parquetEncoding(vectors)
  const chosen = parseCompression(options.compression)
  const { name, level, reason } =
    chosen === 'auto' ? await sampled(store, subject, options) : { ...chosen, reason: undefined }
  if (reason !== undefined)
    emit({ type: 'compression_chosen', compression: name, ...(level !== undefined && { level }), reason })
  return {
    format: options.format,
    compression: name,
    ...(level !== undefined && { level }),
    library: await COMPRESSIONS[name].library(),
    vectors,
    ...(reason !== undefined && { reason }),
  }
}

/** The encoding of a backup; an increment has that of its base: its few changes are too small a sample. */
export async function encodingLike(
  base: Manifest | undefined,
  store: Store,
  subject: CollectionInfo,
  options: BackupOptions,
  emit: Emit,
): Promise<Encoding> {
  if (base === undefined || options.compression !== 'auto' || options.format === 'parquet')
    return chosenEncoding(store, subject, options, emit)
  const { compression, level } = base.encoding
  const sameCompression = level === undefined ? compression : `${compression}:${level}`
  const encoding = await chosenEncoding(store, subject, { ...options, compression: sameCompression }, emit)
  return { ...encoding, reason: `as ${base.id}, its base` }
}

/** Checks that --compression fits --format, before a store is opened. @throws ElysiaError ELYSIA_USAGE */
export function requireEncoding(options: Pick<BackupOptions, 'format' | 'compression'>): void {
  const chosen = parseCompression(options.compression)
  if (options.format !== 'parquet' || chosen === 'auto' || options.compression === 'zstd') return
  throw new ElysiaError('ELYSIA_USAGE', `--compression ${options.compression} does not go with Parquet`, {
    hint: 'Parquet compresses its own pages, with zstd: leave --compression out',
  })
}

/** The functions that encode parts as a manifest's encoding says. */
export async function encodingOf({
  encoding,
  schema,
}: Pick<Plan, 'encoding' | 'schema'>): Promise<PartEncoding> {
  return {
    format: await formatOf(encoding.format),
    compression: COMPRESSIONS[encoding.compression],
    ...(encoding.level !== undefined && { level: encoding.level }),
    content: {
      schema: schema as unknown as CollectionSchema,
      vectors: encoding.vectors === 'numbers' ? 'numbers' : 'base64',
    },
  }
}

function vectorsIn({ vectors, readable, format }: BackupOptions): Encoding['vectors'] {
  if (!vectors) return 'none'
  if (format === 'parquet') return 'columns'
  return readable ? 'numbers' : 'base64'
}

/** The Parquet writer's own encoding: pages in zstd, and nothing around the file. */
function parquetEncoding(vectors: Encoding['vectors']): Encoding {
  return { format: 'parquet', compression: 'zstd', library: 'hyparquet-writer', vectors }
}

async function sampled(store: Store, { schema, tenants }: CollectionInfo, options: BackupOptions) {
  const collection = store.collection(schema.class)
  const write = options.readable ? readableText : objectText
  let text = ''
  let sampledObjects = 0
  let objects = 0
  for (const call of callsFor(tenants)) {
    const counting = collection.count(call)
    counting.catch(() => {})
    if (text.length < SAMPLE_LENGTH) {
      for await (const page of collection.read(scanProjection(options.vectors), {}, call)) {
        // Only the size matters: the scan reports what no archive can hold.
        for (const object of page) text += `${write(withFiniteVectors(object))}\n`
        sampledObjects += page.length
        if (text.length >= SAMPLE_LENGTH) break
      }
    }
    objects += await counting
  }
  // The content of inactive tenants is unknown until they are woken.
  const unknown = asleepOf(tenants).length > 0 ? MUCH : 0
  const estimate = (sampledObjects === 0 ? 0 : (text.length / sampledObjects) * objects) + unknown
  return autoCompression(Buffer.from(text.slice(0, SAMPLE_LENGTH)), Math.round(estimate))
}
