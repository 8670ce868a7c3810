import { type Duplex, Transform, type TransformCallback } from 'node:stream'
import { nameStage } from '../core/channel/stages.ts'
import type { Stage } from '../core/stage.ts'
import { RECORD_STAGE } from './recordStage.ts'

/** Admits an item when there is room. */
export interface MemoryGate {
  pass(): Promise<void>
}

/**
 * Passes everything on unchanged, in order, as soon as there is room; without `room` there is no stage. Memory: one
 * chunk.
 */
export function waitForMemory(gate: MemoryGate | undefined): Duplex[] {
  return gate === undefined ? [] : [nameStage('room', stage(gate))]
}

function stage<T>(gate: MemoryGate): Stage<T, T> {
  return new Transform({
    ...RECORD_STAGE,
    transform(chunk: T, _encoding: BufferEncoding, done: TransformCallback) {
      gate.pass().then(() => done(null, chunk), done)
    },
  })
}
