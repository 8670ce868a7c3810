import type { Duplex } from 'node:stream'
import type { Compression } from './compression.ts'
import { packageVersion } from './packageVersion.ts'

/** The chunk size of node:zlib. */
const CHUNK_BYTES = 64 * 1024

/** Levels above 19 need up to a gigabyte, and windows that readers refuse by default. */
const levels = { min: 1, max: 19, standard: 3 }

const WORKERS = 2

/**
 * Bytes that a worker takes at once. With the default, four windows, the main thread blocks as long as a worker needs
 * for 8 MiB, seven times as long as with this; the result is 1.5 % larger.
 */
const JOB_BYTES = 1024 * 1024

/**
 * Above this level, a worker's job takes so long that waiting for it would block the event loop, so no workers are
 * used.
 */
const TOP_LEVEL_WITH_WORKERS = 9

/**
 * One zstd frame, with a checksum of its content. The addon compresses in two threads of its own; without the addon,
 * node:zlib in one. Both take the same processor time (300 MB a second of it, at level 3, for source text); the addon
 * is faster when processors are idle.
 * Memory: 20 MB at the standard level, 100 MB at the highest. The addon's memory is released by garbage collection,
 * because its contexts cannot be closed. @see RFC 8878
 */
export const zstd: Compression = {
  name: 'zstd',
  extension: '.zst',
  levels,
  library: async () =>
    (await addon()) === undefined ? `node:zlib zstd ${process.versions.zstd}` : packageVersion('zstd-napi'),
  compress: async (level = levels.standard) => (await withAddon(level)) ?? withNode(level),
}

/** The optional addon; undefined if it is not installed, or not available for this machine. */
async function addon() {
  return import('zstd-napi').catch(() => undefined)
}

async function withAddon(level: number): Promise<Duplex | undefined> {
  const found = await addon()
  if (found === undefined) return undefined
  const workers = level > TOP_LEVEL_WITH_WORKERS ? {} : { nbWorkers: WORKERS, jobSize: JOB_BYTES }
  return new found.CompressStream({ compressionLevel: level, checksumFlag: true, ...workers })
}

/**
 * Makes a function that compresses bytes to one frame, in the caller's thread: with the addon, or without it with
 * node:zlib.
 */
export async function zstdBlock(level: number): Promise<(bytes: Uint8Array) => Buffer> {
  const found = await addon()
  if (found === undefined) {
    const { constants, zstdCompressSync } = await import('node:zlib')
    return (bytes) => zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } })
  }
  const compressor = new found.Compressor()
  compressor.setParameters({ compressionLevel: level })
  return (bytes) => compressor.compress(bytes)
}

/** The compressor of Node itself, without `nbWorkers`, which makes Node 24 end streams before their last bytes. */
export async function withNode(level: number): Promise<Duplex> {
  const { constants, createZstdCompress } = await import('node:zlib')
  return createZstdCompress({
    chunkSize: CHUNK_BYTES,
    params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
  })
}
