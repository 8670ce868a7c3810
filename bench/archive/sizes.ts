import { createWriteStream, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { COMMAND, homeIn, ingestWords } from '../ingest/embedded.ts'
import { round, run, say } from '../measure.ts'
import { backUp } from './command.ts'
import { makeStore, removeStore, type Shape } from './objects.ts'

const NAME = 'BnThing'
const PRODUCER = fileURLToPath(new URL('../../fixtures/tree-producer.mjs', import.meta.url))

/** A larger file is generated, or minified: not what a person calls source text. */
const LARGEST_SOURCE = String(256 * 1024)

/** How small archives are: of objects with vectors, of the same without them, and of source text below `sources`. */
export async function benchArchiveSizes(home: string, shape: Shape, sources: string): Promise<void> {
  const [things, code] = [join(home, 'things.db'), join(home, 'code.db')]
  await makeStore(things, NAME, shape)
  await parquetBeside('with vectors', things, NAME, home)
  await parquetBeside('text alone', things, NAME, home, '--no-vectors')
  removeStore(things)
  await ingestSources(sources, code, home)
  await parquetBeside('source text', code, 'SourceCode', home)
  await compressedBeside(code, home)
  removeStore(code)
}

/** Parquet beside the uncompressed JSON lines of the same objects, vectors as numbers and in base64. */
async function parquetBeside(what: string, store: string, name: string, home: string, ...more: string[]) {
  const size = sizes(store, name, home, more)
  const numbers = await size('--compression', 'none', '--readable')
  const base64 = await size('--compression', 'none')
  const zstd = await size('--compression', 'zstd')
  const parquet = await size('--format', 'parquet')
  say(`size of Parquet / JSON, ${what}`, {
    objects: parquet.objects,
    numbers_mb: megabytes(numbers.bytes),
    base64_mb: megabytes(base64.bytes),
    zstd_mb: megabytes(zstd.bytes),
    parquet_mb: megabytes(parquet.bytes),
    of_numbers: round(parquet.bytes / numbers.bytes, 3),
    of_base64: round(parquet.bytes / base64.bytes, 3),
    at_most: what === 'with vectors' ? 0.5 : 0.4,
  })
}

async function compressedBeside(store: string, home: string): Promise<void> {
  const size = sizes(store, 'SourceCode', home, [])
  const bounds = { 'zstd:1': 0.3, zstd: 0.3, 'zstd:9': 0.3, gzip: 0.3, lz4: 0.45 }
  for (const [compression, at_most] of Object.entries(bounds)) {
    const { bytes, raw_bytes } = await size('--compression', compression)
    say(`size of ${compression} / raw, source text`, {
      raw_mb: megabytes(raw_bytes),
      ratio: round(bytes / raw_bytes, 3),
      at_most,
    })
  }
}

/** Backs up, looks at how much it became, and throws it away. */
function sizes(store: string, name: string, home: string, more: readonly string[]) {
  const directory = join(home, 'sized')
  return async (...how: string[]) => {
    const figures = await backUp(name, `sqlite:${store}`, directory, home, ...more, ...how)
    rmSync(directory, { recursive: true, force: true })
    return figures
  }
}

async function ingestSources(directory: string, store: string, home: string): Promise<void> {
  const file = join(home, 'sources.jsonl')
  const { output } = await run([PRODUCER, directory, '--tier', 'content', '--content-limit', LARGEST_SOURCE])
  await pipeline(Readable.from([output]), createWriteStream(file))
  await run([...COMMAND, ...ingestWords(file, store), '--quiet'], homeIn(home))
  rmSync(file)
}

function megabytes(bytes: number): number {
  return round(bytes / 1e6, 1)
}
