/** The buffer of a message has five more bytes, which held its length. */
const MOST_BESIDE_BYTES = 8

/**
 * Releases the memory of a reply at once, after everything needed was copied: it is then empty. Otherwise replies of
 * some megabytes each make the garbage collector traverse all live objects again and again. A buffer that others may
 * share is kept.
 */
export function releaseReply(reply: Buffer): void {
  const { buffer, byteLength } = reply
  if (buffer instanceof ArrayBuffer && buffer.byteLength - byteLength <= MOST_BESIDE_BYTES) buffer.transfer(0)
}
