/**
 * What is used of the optional addon. Its own types are missing where it could not be installed, and the project has to
 * compile there as well: these stand in for them everywhere.
 */
declare module 'zstd-napi' {
  import type { Duplex } from 'node:stream'

  export const CompressStream: new (parameters: {
    readonly compressionLevel: number
    readonly checksumFlag: boolean
    /** Threads beside the caller's; with none it compresses in the caller's. */
    readonly nbWorkers?: number
    /** Bytes that a thread takes at once. */
    readonly jobSize?: number
  }) => Duplex

  /** Takes and gives all of it at once, in the caller's thread. */
  export class Compressor {
    setParameters(parameters: { readonly compressionLevel: number }): void
    compress(bytes: Uint8Array): Buffer
  }
}
