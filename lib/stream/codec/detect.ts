import { type Duplex, PassThrough } from 'node:stream'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { ForeignInput } from '../foreignInput.ts'
import { isSkippable } from './magic.ts'

/** The codec of an input; `plain` if it is not compressed. */
export type CodecName = 'gzip' | 'zstd' | 'lz4' | 'plain'

/** How many bytes `codecOf` examines. */
export const MAGIC_BYTES = 4

/** The chunk size of zlib's streams: with a quarter of it, zstd takes a third more processor time. */
const CHUNK_BYTES = 256 * 1024

/**
 * Detects the codec by the first bytes; fewer than four are plain. A skippable frame counts as zstd, whose tools
 * (pzstd) begin files with one.
 * @see RFC 1952 §2.3.1 (gzip), RFC 8878 §3.1 (zstd), lz4_Frame_format.md (lz4, and its legacy frame)
 */
export function codecOf(head: Buffer): CodecName {
  if (head.length < MAGIC_BYTES) return head.length >= 2 && isGzip(head) ? 'gzip' : 'plain'
  const magic = head.readUInt32LE(0)
  if (magic === 0xfd2fb528 || isSkippable(magic)) return 'zstd'
  if (magic === 0x184d2204) return 'lz4'
  if (magic === 0x184c2102) throw legacyLz4()
  return isGzip(head) ? 'gzip' : 'plain'
}

/**
 * A stream that decodes one or more frames. Codecs are loaded when needed. `onTrailing` is called if bytes follow
 * gzip's last member; they are then ignored.
 */
export async function decoder(codec: CodecName, onTrailing?: () => void): Promise<Duplex> {
  switch (codec) {
    case 'plain':
      return new PassThrough()
    case 'gzip':
      return (await import('./gzipDecoder.ts')).gzipMembers(onTrailing)
    case 'zstd':
      return (await import('node:zlib')).createZstdDecompress({ chunkSize: CHUNK_BYTES })
    case 'lz4':
      return (await import('./lz4Decoder.ts')).lz4Frames()
  }
}

/** The error for bytes that a codec cannot decode. */
export function undecodableBytes(codec: CodecName, thrown: unknown): ElysiaError {
  if (thrown instanceof ElysiaError) return thrown
  const { code } = thrown as { code?: unknown }
  if (code === 'ZSTD_error_frameParameter_windowTooLarge') return windowTooLarge(thrown)
  if (code === 'ZSTD_error_dictionary_wrong') return needsDictionary(thrown)
  const fact = code === 'Z_BUF_ERROR' ? 'is cut short' : `is damaged: ${messageOf(thrown)}`
  return new ElysiaError('ELYSIA_COMPRESSION', `the ${codec} input ${fact}`, {
    cause: thrown,
    hint: `Test the file with \`${codec} -t\`, and fetch or make it again.`,
  })
}

function windowTooLarge(cause: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_COMPRESSION', 'the zstd input asks for a window of more than 128 MiB', {
    cause,
    hint: 'Decompress it first: `zstd -dc --long=31 FILE | elysiactl ... -`.',
  })
}

function needsDictionary(cause: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_COMPRESSION', 'the zstd input was compressed with a dictionary', {
    cause,
    hint: 'Decompress it first: `zstd -dc -D DICTIONARY FILE | elysiactl ... -`.',
  })
}

/** The error for an input that was compressed twice; undefined if it was not. */
export function compressedTwice(outer: CodecName, head: Buffer): ElysiaError | undefined {
  const inner = codecOf(head)
  if (inner === 'plain') return undefined
  return new ForeignInput(
    'ELYSIA_COMPRESSION',
    `is compressed twice: ${inner} in ${outer}`,
    `Decompress it once first: \`${outer} -dc FILE | elysiactl ... -\`.`,
  )
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b
}

function legacyLz4(): ElysiaError {
  return new ForeignInput(
    'ELYSIA_COMPRESSION',
    'is an lz4 legacy frame, which has no end mark',
    'Convert it once: `lz4 -dc FILE | lz4 > NEW`.',
  )
}
