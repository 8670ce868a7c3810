import type { Stage } from '../../core/stage.ts'

/** A compression. Every one passes test/contract/compression.ts; decoders are never removed. */
export interface Compression {
  readonly name: CompressionName
  /** With its dot; empty for `none`. */
  readonly extension: string
  /** The range of levels, and the default level; absent if there are none. */
  readonly levels?: { readonly min: number; readonly max: number; readonly standard: number }
  /** The compression library and its version, for the manifest. */
  library(): Promise<string>
  /** Bytes → frames that the codec's standard tool can read. */
  compress(level?: number): Promise<Stage<Buffer, Buffer>>
}

/** The name of a compression, as `--compression` takes it and the manifest records it. */
export type CompressionName = 'none' | 'gzip' | 'lz4' | 'zstd'
