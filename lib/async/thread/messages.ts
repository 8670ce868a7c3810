import type { MovedBytes } from '../../core/channel/bytes.ts'
import type { Fault } from './fault.ts'

/** What crosses from one thread to another: a value that is copied, and the buffers in it, which are handed over. */
export interface Parcel<T = unknown> {
  readonly value: T
  readonly transfer: readonly ArrayBuffer[]
}

/** What either side says: a chunk, that one more may come, and that none will. */
type Flow =
  | { readonly type: 'chunk'; readonly value: unknown }
  | { readonly type: 'more' }
  | { readonly type: 'end' }

/** To a thread. `stop`: begin nothing new, finish what is begun, and say that you have stopped. */
export type ToThread = Flow | { readonly type: 'stop' }

export type FromThread =
  | Flow
  | { readonly type: 'fault'; readonly fault: Fault }
  | { readonly type: 'stopped' }
  /** What its files and stores gave and took since it said so last. */
  | { readonly type: 'moved'; readonly bytes: readonly MovedBytes[] }

/** Chunks that may be on their way to a thread, and from it, beside the one that is worked on. */
export const CHUNKS_AHEAD = 2
