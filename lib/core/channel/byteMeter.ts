import { BYTES_MOVED, FILE_OPENED, type MovedBytes, type OpenedFile } from './bytes.ts'

/** Bytes read from a place so far, and written to it. */
export interface PlaceBytes {
  in: number
  out: number
}

/**
 * Counts the bytes that files and stores of this thread read and write, by place, until it is closed. Memory: two
 * numbers per place.
 */
export class ByteMeter {
  readonly #done = new Map<string, PlaceBytes>()
  readonly #open = new Set<OpenedFile>()

  constructor() {
    FILE_OPENED.subscribe(this.#opened)
    BYTES_MOVED.subscribe(this.#moved)
  }

  close(): void {
    FILE_OPENED.unsubscribe(this.#opened)
    BYTES_MOVED.unsubscribe(this.#moved)
  }

  /** The counts so far, including open files. */
  totals(): Map<string, PlaceBytes> {
    const totals = new Map([...this.#done].map(([place, bytes]) => [place, { ...bytes }]))
    for (const { place, stream } of this.#open) add(totals, place, countsOf(stream))
    return totals
  }

  readonly #opened = (message: unknown): void => {
    const file = message as OpenedFile
    this.#open.add(file)
    file.stream.once('close', () => {
      if (this.#open.delete(file)) add(this.#done, file.place, countsOf(file.stream))
    })
  }

  readonly #moved = (message: unknown): void => {
    const { place, bytesIn, bytesOut } = message as MovedBytes
    add(this.#done, place, { in: bytesIn, out: bytesOut })
  }
}

function countsOf({ bytesRead = 0, bytesWritten = 0 }: OpenedFile['stream']): PlaceBytes {
  return { in: bytesRead, out: bytesWritten }
}

function add(totals: Map<string, PlaceBytes>, place: string, bytes: PlaceBytes): void {
  const there = totals.get(place)
  if (there === undefined) totals.set(place, { ...bytes })
  else {
    there.in += bytes.in
    there.out += bytes.out
  }
}
