/** Sixteen magic numbers mark frames of user data that decoders of zstd and lz4 leave out. */
export function isSkippable(magic: number): boolean {
  return magic >= 0x184d2a50 && magic <= 0x184d2a5f
}
