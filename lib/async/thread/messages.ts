import type { MovedBytes } from '../../core/channel/bytes.ts'
import type { ThreadFault } from './fault.ts'

/** Data on its way to another thread: a value, which is copied, and its buffers, which are transferred. */
export interface Parcel<T = unknown> {
  readonly value: T
  readonly transfer: readonly ArrayBuffer[]
}

/** Messages of both sides: a chunk, a request for another, and the end. */
type Flow =
  | { readonly type: 'chunk'; readonly value: unknown }
  | { readonly type: 'more' }
  | { readonly type: 'end' }

/** Messages to a thread. `stop`: start nothing new, finish what has started, and report that you have stopped. */
export type ToThread = Flow | { readonly type: 'stop' }

/** Messages from a thread. */
export type FromThread =
  | Flow
  | { readonly type: 'fault'; readonly fault: ThreadFault }
  | { readonly type: 'stopped' }
  /** Bytes that its files and stores read and wrote since the last message. */
  | { readonly type: 'moved'; readonly bytes: readonly MovedBytes[] }

/** Chunks that may be under way to a thread, and from it, besides the current one. */
export const CHUNKS_AHEAD = 2
