/**
 * The parts of lz4 frames: blocks and their checksum, both from addons. No maintained package reads or writes frames
 * as streams (checked in November 2026: lz4 0.6.5 needs a compiler; lz4-napi 2.10.0, lz4-wasm-nodejs, lz4-asm and
 * lz4js take whole frames in memory), so the frame itself is ours: lz4Encoder.ts, lz4Decoder.ts.
 */
export { Xxh32 } from '@node-rs/xxhash'
export { compressSync, uncompressSync } from 'lz4-napi'
