import { Transform, type TransformCallback } from 'node:stream'
import type { Stage } from '../core/stage.ts'

/**
 * Chunks → chunks, one for one, in order: for batches and pages. What `map` throws, or rejects with, becomes the
 * stream's error. Memory: a chunk.
 */
export function mapChunks<In, Out>(map: (chunk: In) => Out | Promise<Out>): Stage<In, Out> {
  return new MapChunks(map)
}

class MapChunks<In, Out> extends Transform {
  readonly #map: (chunk: In) => Out | Promise<Out>

  constructor(map: (chunk: In) => Out | Promise<Out>) {
    super({ objectMode: true, writableHighWaterMark: 1, readableHighWaterMark: 0 })
    this.#map = map
  }

  override _transform(chunk: In, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      const out = this.#map(chunk)
      if (!(out instanceof Promise)) done(null, out)
      else out.then((made) => done(null, made), done)
    } catch (error) {
      done(error as Error)
    }
  }
}
