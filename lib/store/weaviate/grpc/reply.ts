/** Beside a message its buffer holds five bytes, which said how long it is. */
const MOST_BESIDE_BYTES = 8

/**
 * Gives the memory of a reply back at once, once all that is wanted of it was copied out: it is empty afterwards. Left to the
 * garbage collector, replies of some megabytes each make it go through all that is alive again and again. A buffer that
 * others may share stays.
 */
export function release(reply: Buffer): void {
  const { buffer, byteLength } = reply
  if (buffer instanceof ArrayBuffer && buffer.byteLength - byteLength <= MOST_BESIDE_BYTES) buffer.transfer(0)
}
