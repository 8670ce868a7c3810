import { type Duplex, Transform, type TransformCallback } from 'node:stream'
import { nameStage } from '../core/channel/stages.ts'
import type { Stage } from '../core/stage.ts'
import { RECORD_STAGE } from './recordStage.ts'

/** Admits an item when there is room. */
export interface Room {
  pass(): Promise<void>
}

/**
 * Passes everything on unchanged, in order, as soon as there is room; without `room` there is no stage. Memory: one
 * chunk.
 */
export function waitForRoom(room: Room | undefined): Duplex[] {
  return room === undefined ? [] : [nameStage('room', stage(room))]
}

function stage<T>(room: Room): Stage<T, T> {
  return new Transform({
    ...RECORD_STAGE,
    transform(chunk: T, _encoding: BufferEncoding, done: TransformCallback) {
      room.pass().then(() => done(null, chunk), done)
    },
  })
}
