import type { Duplex } from 'node:stream'

/** How bytes are made smaller. Every member passes test/contract/compression.ts; decoders stay for ever. */
export interface Compression {
  readonly name: CompressionName
  /** With its dot; empty for `none`. */
  readonly extension: string
  /** The levels it takes, and the one it takes unless told; absent where there are none. */
  readonly levels?: { readonly min: number; readonly max: number; readonly standard: number }
  /** The library that writes, and its version, for the manifest. */
  library(): Promise<string>
  /** Bytes → frames that the codec's standard tool opens. */
  compress(level?: number): Promise<Duplex>
}

export type CompressionName = 'none' | 'gzip' | 'lz4' | 'zstd'
