/**
 * True where a text of the message holds half a surrogate pair, which clients write as bytes that are no
 * UTF-8 and which a server's decoder refuses with the whole message. Ours reads each as three times U+FFFD.
 */
export function isMalformed(message: Uint8Array, decoded: unknown): boolean {
  return holdsHalfPair(message) && holdsReplaced(decoded)
}

/** Half a pair is ED A0..BF xx. Vectors may hold such bytes by chance. */
function holdsHalfPair(message: Uint8Array): boolean {
  for (let at = message.indexOf(0xed); at !== -1; at = message.indexOf(0xed, at + 1)) {
    if ((message[at + 1] ?? 0) >= 0xa0) return true
  }
  return false
}

function holdsReplaced(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\ufffd\ufffd\ufffd')
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return false
  return Object.entries(value).some(([key, one]) => holdsReplaced(key) || holdsReplaced(one))
}
