import { Readable } from 'node:stream'

/** A stream's first bytes, and the complete stream. */
export interface PeekResult {
  readonly head: Buffer
  /** The complete stream, including the head. */
  readonly whole: Readable
}

/**
 * The first bytes of a stream: at least a chunk, up to `most`, or up to the end of its first line if that comes
 * sooner. Fewer if the stream ends earlier. @throws the error of the stream
 */
export async function peekBytes(source: Readable, most: number): Promise<PeekResult> {
  const chunks = source.iterator({ destroyOnReturn: true }) as AsyncIterableIterator<Buffer>
  const read: Buffer[] = []
  let bytes = 0
  while (bytes < most && !read.some((chunk) => chunk.includes(10))) {
    const next = await chunks.next()
    if (next.done === true) break
    read.push(next.value)
    bytes += next.value.length
  }
  return {
    head: Buffer.concat(read),
    whole: Readable.from(headThenRest(read, chunks), { objectMode: false }),
  }
}

async function* headThenRest(
  read: readonly Buffer[],
  rest: AsyncIterableIterator<Buffer>,
): AsyncGenerator<Buffer> {
  try {
    yield* read
    yield* rest
  } finally {
    await rest.return?.()
  }
}
