/** Sixteen magic numbers mark frames of user data that zstd and lz4 decoders skip. */
export function isSkippable(magic: number): boolean {
  return magic >= 0x184d2a50 && magic <= 0x184d2a5f
}
