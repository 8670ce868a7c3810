/**
 * The parts of the optional addon that are used here. Its own types are missing where it could not be installed, and
 * the project has to compile there too, so these replace them everywhere.
 */
declare module 'zstd-napi' {
  import type { Duplex } from 'node:stream'

  export const CompressStream: new (parameters: {
    readonly compressionLevel: number
    readonly checksumFlag: boolean
    /** Threads besides the caller's; with 0 it compresses in the caller's thread. */
    readonly nbWorkers?: number
    /** Bytes that a thread takes at once. */
    readonly jobSize?: number
  }) => Duplex

  /** Compresses everything at once, in the caller's thread. */
  export class Compressor {
    setParameters(parameters: { readonly compressionLevel: number }): void
    compress(bytes: Uint8Array): Buffer
  }
}
