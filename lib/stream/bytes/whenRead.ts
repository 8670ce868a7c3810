import type { Readable } from 'node:stream'

const LOOK_MS = 5

/**
 * Calls `fail` once all that a stream has pushed is read, or it is destroyed: an error throws away what waits in the
 * stream, and what was whole before the error is to be had first.
 */
export function whenRead(stream: Readable, fail: () => void): void {
  if (stream.readableLength === 0 || stream.destroyed) fail()
  else setTimeout(() => whenRead(stream, fail), LOOK_MS)
}
