import type { Compression } from './compression.ts'

/** The size of emitted chunks; zlib's default of 16 KiB costs four times as many hops. */
const CHUNK_BYTES = 64 * 1024

const levels = { min: 1, max: 9, standard: 6 }

/**
 * One gzip member, with a CRC-32 of its content. Compresses in a thread of Node's pool.
 * Memory: 400 KiB. @see RFC 1952
 */
export const gzip: Compression = {
  name: 'gzip',
  extension: '.gz',
  levels,
  library: async () => `node:zlib ${process.versions.zlib}`,
  compress: async (level = levels.standard) =>
    (await import('node:zlib')).createGzip({ level, chunkSize: CHUNK_BYTES }),
}
