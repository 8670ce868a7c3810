import { ByteQueue } from '../bytes/byteQueue.ts'
import { FlatMapTransform } from '../flatMap.ts'
import type { Compression } from './compression.ts'
import type { Xxh32 } from './lz4Library.ts'
import { packageVersion } from './packageVersion.ts'

const MAGIC = 0x184d2204
/** Version 1, independent blocks, checksums of blocks and content, no size, no dictionary. */
const FLAGS = 0x74
/** Blocks of at most 256 KiB: with 4 MiB the result is 2 % smaller, but a reader needs sixteen times the memory. */
const BLOCK_SIZE_CODE = 5
const BLOCK_BYTES = 256 * 1024
/** Set in the length of a block that is stored uncompressed. */
const STORED = 0x80000000
/** The addon puts the uncompressed size in front of its output. */
const ADDON_PREFIX_BYTES = 4

/**
 * One lz4 frame of independent blocks, with checksums of each block and of the content. The addon compresses only
 * whole frames, in memory, so it compresses the blocks and the frame is written here. This runs on the main thread,
 * half a millisecond at a time: the allocator would keep the output of other threads, hundreds of megabytes of it.
 * lz4 has one level here: the addon's fast one.
 * Memory: three blocks.
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 */
export const lz4: Compression = {
  name: 'lz4',
  extension: '.lz4',
  library: () => packageVersion('lz4-napi'),
  compress: async () => new Lz4Frame(await import('./lz4Library.ts')),
}

type Library = typeof import('./lz4Library.ts')

class Lz4Frame extends FlatMapTransform<Buffer, Buffer> {
  readonly #library: Library
  readonly #input = new ByteQueue()
  readonly #content: Xxh32
  /** Reused: new blocks would pile up by the hundred until a garbage collection. */
  readonly #block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
  #begun = false

  constructor(library: Library) {
    super({ readableHighWaterMark: BLOCK_BYTES })
    this.#library = library
    this.#content = new library.Xxh32()
  }

  protected override *expand(chunk: Buffer): Generator<Buffer> {
    this.#input.push(chunk)
    yield* this.#header()
    while (this.#input.length >= BLOCK_BYTES) yield this.#nextBlock(BLOCK_BYTES)
  }

  protected override *rest(): Generator<Buffer> {
    yield* this.#header()
    if (this.#input.length > 0) yield this.#nextBlock(this.#input.length)
    yield Buffer.concat([word(0), word(this.#content.digest())])
  }

  *#header(): Generator<Buffer> {
    if (this.#begun) return
    this.#begun = true
    const descriptor = Buffer.from([FLAGS, BLOCK_SIZE_CODE << 4])
    const sum = (new this.#library.Xxh32().update(descriptor).digest() >>> 8) & 0xff
    yield Buffer.concat([word(MAGIC), descriptor, Buffer.from([sum])])
  }

  #nextBlock(bytes: number): Buffer {
    const block = this.#block.subarray(0, bytes)
    this.#input.fill(block, 0)
    this.#content.update(block)
    const compressed = this.#library.compressSync(block).subarray(ADDON_PREFIX_BYTES)
    const stored = compressed.length >= bytes
    const data = stored ? block : compressed
    const length = stored ? (STORED | bytes) >>> 0 : data.length
    return Buffer.concat([word(length), data, word(new this.#library.Xxh32().update(data).digest())])
  }
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
