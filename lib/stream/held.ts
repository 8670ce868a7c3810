import { type Duplex, Transform, type TransformCallback } from 'node:stream'
import { named } from '../core/channel/stages.ts'
import type { Stage } from '../core/stage.ts'
import { RECORD_STAGE } from './recordStage.ts'

/** What lets something in when there is room. */
export interface Room {
  pass(): Promise<void>
}

/** Anything → the same, in order, each as soon as there is room; no stage where nobody looks after that. Memory: one chunk. */
export function held(room: Room | undefined): Duplex[] {
  return room === undefined ? [] : [named('room', stage(room))]
}

function stage<T>(room: Room): Stage<T, T> {
  return new Transform({
    ...RECORD_STAGE,
    transform(chunk: T, _encoding: BufferEncoding, done: TransformCallback) {
      room.pass().then(() => done(null, chunk), done)
    },
  })
}
