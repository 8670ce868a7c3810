import { channel } from 'node:diagnostics_channel'

/** A file that is about to be read or written, with its counting stream; published when it is opened. */
export interface OpenedFile {
  /** The directory of the archives, or the file itself. */
  readonly place: string
  readonly stream: CountingStream
}

/** The counters of a file's stream. */
export interface CountingStream {
  readonly bytesRead?: number
  readonly bytesWritten?: number
  once(event: 'close', listener: () => void): unknown
}

/** Bytes read from a place, or written to it, without a counting stream. */
export interface MovedBytes {
  readonly place: string
  readonly bytesIn: number
  readonly bytesOut: number
}

/** Publishes an OpenedFile for each file that is opened. @see SPEC.md, "Channels" */
export const FILE_OPENED = channel('elysiactl:file:open')
/** Publishes MovedBytes, once per page or batch. @see SPEC.md, "Channels" */
export const BYTES_MOVED = channel('elysiactl:bytes')

/** Publishes a file's stream, if there are subscribers. */
export function meterStream<S extends CountingStream>(place: string, stream: S): S {
  if (FILE_OPENED.hasSubscribers) FILE_OPENED.publish({ place, stream } satisfies OpenedFile)
  return stream
}

/** Publishes byte counts, once per page or batch. */
export function publishBytes(place: string, bytesIn: number, bytesOut: number): void {
  if (BYTES_MOVED.hasSubscribers) BYTES_MOVED.publish({ place, bytesIn, bytesOut } satisfies MovedBytes)
}
