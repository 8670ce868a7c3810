import { constants, zstdCompressSync } from 'node:zlib'
import { roughSize } from '../../core/units.ts'
import type { CompressionName } from './compression.ts'

/** Below this size every codec takes less than a tenth of a second, so the best known one is best. */
const SMALL_BYTES = 1024 * 1024

/** The size of a sample: a larger one is no more accurate, and takes more than a few milliseconds. */
const SAMPLE_BYTES = 1024 * 1024

/** A sample that shrinks by less than a twentieth is not compressed: that would cost more than it saves. */
const WORTHWHILE = 0.95

/**
 * Level 3 takes up to twice as long as level 1, and a server's backup an eighth longer: a smaller gain is not worth
 * that. Text alone gains more, text beside a vector less.
 */
const BETTER_BY = 0.93

/** The result of `auto`. */
export interface AutoChoice {
  readonly name: CompressionName
  readonly level?: number
  /** For a person and for the manifest: `sample of 1 MiB shrinks to 16 %: zstd level 3`. */
  readonly reason: string
}

/**
 * Decides `auto` by size and by how well a sample compresses; takes some 10 ms for a sample of 1 MiB. `sample` is the
 * beginning of the data before compression; `totalBytes` an estimate of its size.
 *
 * - less than 1 MiB in all: gzip;
 * - a sample that zstd shrinks by less than 5 %: none;
 * - otherwise zstd: level 3 if that makes the sample at least 7 % smaller than level 1 does, else level 1.
 *
 * Measured on 8 MiB each, per cent of raw at levels 1 / 3 / 9: source text 16.8 / 15.6 / 13.1, text with vectors of
 * 384 in base64 60.1 / 59.0 / 58.1, vectors of 1536 74.3 / 74.2 / 74.0, vectors as numbers 38.0 / 41.7 / 40.5, ids
 * 29.3 / 33.6 / 33.7; level 9 needs four to ten times as long as level 3. lz4 does not shrink base64 at all.
 */
export function autoCompression(sample: Buffer, totalBytes: number): AutoChoice {
  if (totalBytes < SMALL_BYTES) {
    return {
      name: 'gzip',
      level: 6,
      reason: `about ${roughSize(totalBytes)} in all: gzip, which any tool opens`,
    }
  }
  if (sample.length === 0) return { name: 'zstd', level: 3, reason: 'no sample: zstd level 3' }
  const bytes = sample.subarray(0, SAMPLE_BYTES)
  const [fast, usual] = [share(bytes, 1), share(bytes, 3)]
  const level = usual <= fast * BETTER_BY ? 3 : 1
  const best = level === 3 ? usual : fast
  const shrinks = `sample of ${roughSize(bytes.length)} shrinks to ${Math.round(best * 100)} %`
  if (best > WORTHWHILE) return { name: 'none', reason: `${shrinks}: not worth compressing` }
  return { name: 'zstd', level, reason: `${shrinks}: zstd level ${level}` }
}

function share(bytes: Buffer, level: number): number {
  return (
    zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } }).length / bytes.length
  )
}
