import { ElysiaError } from '../../core/errors.ts'
import { didYouMean } from '../../core/suggest.ts'
import type { Compression, CompressionName } from './compression.ts'
import { gzip } from './gzip.ts'
import { lz4 } from './lz4Encoder.ts'
import { none } from './none.ts'
import { zstd } from './zstd.ts'

/** All compressions. To add one, write a file and add a line here. */
export const COMPRESSIONS: Readonly<Record<CompressionName, Compression>> = { none, gzip, lz4, zstd }

/** A compression, with a level if it has levels. */
export interface CompressionChoice {
  readonly name: CompressionName
  readonly level?: number
}

/**
 * Parses a compression: `auto`, or a name, with `:LEVEL` if the compression has levels. The default level is
 * the compression's own.
 * @throws ElysiaError ELYSIA_USAGE
 */
export function parseCompression(text: string): CompressionChoice | 'auto' {
  if (text === 'auto') return text
  const [name = '', level, ...more] = text.split(':')
  const names = Object.keys(COMPRESSIONS)
  if (!names.includes(name) || more.length > 0) {
    const known = `it takes auto, ${names.join(', ')}, the last as in zstd:9`
    throw unusable(text, 'is unknown', didYouMean(name, ['auto', ...names], known))
  }
  return choice(text, COMPRESSIONS[name as CompressionName], level)
}

function choice(text: string, { name, levels }: Compression, level: string | undefined): CompressionChoice {
  if (levels === undefined) {
    if (level === undefined) return { name }
    throw unusable(text, `names a level, but ${name} has none`, `write ${name}`)
  }
  const { min, max, standard } = levels
  if (level === undefined) return { name, level: standard }
  const number = /^\d{1,3}$/.test(level) ? Number(level) : Number.NaN
  if (number >= min && number <= max) return { name, level: number }
  throw unusable(text, `names no level of ${name}`, `its levels are ${min} to ${max}`)
}

function unusable(text: string, fact: string, hint: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `compression ${JSON.stringify(text)} ${fact}`, { hint })
}
