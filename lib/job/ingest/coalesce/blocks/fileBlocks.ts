import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import type { Source } from '../../../../core/stage.ts'

const MIB = 1024 * 1024

/** Buffers of one size that are used again: new ones cost more than reading into them. */
export class BlockPool {
  readonly bytes: number
  readonly #free: ArrayBuffer[] = []

  constructor(bytes = MIB) {
    this.bytes = bytes
  }

  take(): ArrayBuffer {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.bytes).buffer
  }

  /** Gives a buffer back; nothing of it may be in use any more. */
  give(buffer: ArrayBuffer): void {
    this.#free.push(buffer)
  }
}

/**
 * A file in blocks, each the beginning of a buffer of the pool, which the reader gives back; in the end an empty one.
 * Reads one block ahead. Memory: two buffers. Errors: those of the system.
 */
export function fileBlocks(path: string, pool: BlockPool): Source<Buffer<ArrayBuffer>> {
  return Readable.from(blocksOf(path, pool), { objectMode: true, highWaterMark: 1 })
}

async function* blocksOf(path: string, pool: BlockPool): AsyncGenerator<Buffer<ArrayBuffer>> {
  const file = await open(path, 'r')
  let next = readBlock(file, pool, 0)
  try {
    for (let at = 0; ; ) {
      const block = await next
      const isEnd = block.length === 0
      at += block.length
      if (!isEnd) next = readBlock(file, pool, at)
      // If the stream is destroyed, nobody asks for the block that is being read.
      next.catch(() => {})
      // Afterwards the block may have gone to another thread.
      yield block
      if (isEnd) return
    }
  } finally {
    await next.catch(() => {})
    await file.close()
  }
}

async function readBlock(file: FileHandle, pool: BlockPool, at: number): Promise<Buffer<ArrayBuffer>> {
  const block = Buffer.from(pool.take())
  const { bytesRead } = await file.read(block, 0, block.length, at)
  return block.subarray(0, bytesRead)
}
