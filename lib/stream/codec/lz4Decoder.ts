import type { Transform } from 'node:stream'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { ByteQueue } from '../bytes/byteQueue.ts'
import { FlatMapTransform } from '../flatMap.ts'
import { uncompressSync, Xxh32 } from './lz4Library.ts'
import { isSkippable } from './magic.ts'

const MAGIC = 0x184d2204
/** How far back a linked block may refer to earlier output. */
const WINDOW_BYTES = 64 * 1024
/** Set in the length of a block that is stored uncompressed. */
const STORED = 0x80000000
const SIZE_BYTES = 4

/** The descriptor of a frame. */
interface Descriptor {
  readonly linked: boolean
  readonly blockChecksums: boolean
  readonly contentChecksum: boolean
  readonly contentBytes: bigint | undefined
  readonly maxBlockBytes: number
}

/** Bytes of the frame, or undefined if more input is needed. */
type DecodeSteps<T> = Generator<Buffer | undefined, T>

/**
 * lz4 frames, any number of them → their content, one chunk per block; skips skippable frames. Blocks may be linked,
 * stored or empty; verifies the checksums and sizes in a frame. The addon decodes only whole frames, in memory, so
 * the frame is read here and the addon decodes its blocks.
 * Memory: one block (at most 4 MiB) compressed and decompressed, and a window of 64 KiB.
 * Errors: ELYSIA_COMPRESSION.
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 */
export function lz4Frames(): Transform {
  return new Lz4Frames()
}

class Lz4Frames extends FlatMapTransform<Buffer, Buffer> {
  readonly #input = new ByteQueue()
  readonly #decoding = this.#frames()
  #inFrame = false

  constructor() {
    super({ writableObjectMode: false })
  }

  protected override *expand(chunk: Buffer): Generator<Buffer> {
    this.#input.push(chunk)
    for (;;) {
      const { value } = this.#decoding.next()
      if (value === undefined) return
      if (value.length > 0) yield value
    }
  }

  protected override rest(): Iterator<Buffer> {
    if (this.#inFrame || this.#input.length > 0) throw damaged('is cut short')
    return Iterator.from<Buffer>([])
  }

  *#frames(): DecodeSteps<undefined> {
    for (;;) {
      const magic = (yield* this.#take(4)).readUInt32LE(0)
      this.#inFrame = true
      if (isSkippable(magic)) yield* this.#skip((yield* this.#take(4)).readUInt32LE(0))
      else if (magic === MAGIC) yield* this.#frame(yield* this.#descriptor())
      else throw damaged('continues with bytes that are not an lz4 frame')
      this.#inFrame = false
    }
  }

  *#frame(frame: Descriptor): DecodeSteps<void> {
    const checksum = new Xxh32()
    let window: Buffer = Buffer.alloc(0)
    let bytes = 0n
    for (let size = yield* this.#word(); size !== 0; size = yield* this.#word()) {
      const block = yield* this.#block(frame, size, window)
      bytes += BigInt(block.length)
      if (frame.contentChecksum) checksum.update(block)
      if (frame.linked) window = windowAfter(window, block)
      yield block
    }
    if (frame.contentChecksum && (yield* this.#word()) !== checksum.digest()) {
      throw damaged('is damaged: the checksum of its content does not match')
    }
    if (frame.contentBytes !== undefined && frame.contentBytes !== bytes) {
      throw damaged(`is damaged: it holds ${bytes} bytes, its header says ${frame.contentBytes}`)
    }
  }

  *#descriptor(): DecodeSteps<Descriptor> {
    const fixed = Buffer.from(yield* this.#take(2))
    const [flags, blocks] = [fixed[0] as number, fixed[1] as number]
    if (flags >> 6 !== 1) throw damaged(`has the unknown frame version ${flags >> 6}`)
    const withSize = (flags & 0x08) !== 0
    const withDictionary = (flags & 0x01) !== 0
    const optional = Buffer.from(yield* this.#take((withSize ? 8 : 0) + (withDictionary ? 4 : 0)))
    const sum = (yield* this.#take(1))[0] as number
    if (sum !== ((new Xxh32().update(fixed).update(optional).digest() >>> 8) & 0xff)) {
      throw damaged('is damaged: the checksum of its header does not match')
    }
    if (withDictionary) throw damaged('needs a dictionary, which is not supported')
    const sizeCode = (blocks >> 4) & 0x07
    if (sizeCode < 4) throw damaged(`has the unknown block size ${sizeCode}`)
    return {
      linked: (flags & 0x20) === 0,
      blockChecksums: (flags & 0x10) !== 0,
      contentChecksum: (flags & 0x04) !== 0,
      contentBytes: withSize ? optional.readBigUInt64LE(0) : undefined,
      maxBlockBytes: 1 << (2 * sizeCode + 8),
    }
  }

  *#block(frame: Descriptor, size: number, window: Buffer): DecodeSteps<Buffer> {
    const length = size & ~STORED
    if (length > frame.maxBlockBytes) throw damaged(`is damaged: a block of ${length} bytes`)
    // The addon expects the decompressed size before the block; the frame gives only an upper bound.
    const prefixed = Buffer.allocUnsafeSlow(SIZE_BYTES + length)
    prefixed.writeUInt32LE(frame.maxBlockBytes, 0)
    while (this.#input.length < length) yield undefined
    this.#input.fill(prefixed, SIZE_BYTES)
    const block = prefixed.subarray(SIZE_BYTES)
    if (frame.blockChecksums && (yield* this.#word()) !== new Xxh32().update(block).digest()) {
      throw damaged('is damaged: the checksum of a block does not match')
    }
    return size >= STORED ? block : decodeBlock(prefixed, window)
  }

  *#word(): DecodeSteps<number> {
    return (yield* this.#take(4)).readUInt32LE(0)
  }

  *#take(length: number): DecodeSteps<Buffer> {
    while (this.#input.length < length) yield undefined
    const bytes = Buffer.allocUnsafe(length)
    this.#input.fill(bytes, 0)
    return bytes
  }

  *#skip(length: number): DecodeSteps<void> {
    for (let left = length; left > 0; left -= this.#input.drop(left)) {
      if (this.#input.length === 0) yield undefined
    }
  }
}

function decodeBlock(prefixed: Buffer, window: Buffer): Buffer {
  try {
    return window.length === 0 ? uncompressSync(prefixed) : uncompressSync(prefixed, window)
  } catch (thrown) {
    throw damaged(`is damaged: ${messageOf(thrown)}`, thrown)
  }
}

function windowAfter(window: Buffer, block: Buffer): Buffer {
  const all = block.length >= WINDOW_BYTES ? block : Buffer.concat([window, block])
  return all.subarray(Math.max(0, all.length - WINDOW_BYTES))
}

function damaged(fact: string, cause?: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_COMPRESSION', `the lz4 input ${fact}`, {
    cause,
    hint: 'Test the file with `lz4 -t`, and fetch or make it again.',
  })
}
