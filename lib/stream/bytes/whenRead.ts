import type { Readable } from 'node:stream'

const LOOK_MS = 5

/**
 * Calls `fail` once everything that a stream has pushed is read, or the stream is destroyed: an error discards what
 * waits in the stream, and complete data from before the error must be read first.
 */
export function whenRead(stream: Readable, fail: () => void): void {
  if (stream.readableLength === 0 || stream.destroyed) fail()
  else setTimeout(() => whenRead(stream, fail), LOOK_MS)
}
