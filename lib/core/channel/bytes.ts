import { channel } from 'node:diagnostics_channel'

/** A file that is read or written from here on, as its stream counts; published when it is opened. */
export interface OpenedFile {
  /** The directory of the archives, or the file itself. */
  readonly place: string
  readonly stream: CountingStream
}

/** What the streams of files count. */
export interface CountingStream {
  readonly bytesRead?: number
  readonly bytesWritten?: number
  once(event: 'close', listener: () => void): unknown
}

/** Bytes that came from a place, or went to it, where no stream counts them. */
export interface MovedBytes {
  readonly place: string
  readonly bytesIn: number
  readonly bytesOut: number
}

/** @see SPEC.md, "Channels" */
export const FILE_OPENED = channel('elysiactl:file:open')
export const BYTES_MOVED = channel('elysiactl:bytes')

/** Tells those who look on of a file's stream, if there are any. */
export function metered<S extends CountingStream>(place: string, stream: S): S {
  if (FILE_OPENED.hasSubscribers) FILE_OPENED.publish({ place, stream } satisfies OpenedFile)
  return stream
}

/** Tells of bytes, once for each page or batch. */
export function moved(place: string, bytesIn: number, bytesOut: number): void {
  if (BYTES_MOVED.hasSubscribers) BYTES_MOVED.publish({ place, bytesIn, bytesOut } satisfies MovedBytes)
}
