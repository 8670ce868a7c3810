import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { effectReader } from '../../../change/effect/effect.ts'
import type { Input } from '../input.ts'
import type { IngestOptions } from '../options.ts'
import { operationsOptions } from '../stages.ts'

const MIB = 1024 * 1024

/** Reading smaller inputs twice takes no time. */
const SMALL = MIB

/** How many bytes are sampled at each place. */
const PLACE_BYTES = 64 * 1024

/** How many places are sampled: of a large input more, since its paths lie further apart, but no more than a hundredth. */
const [LEAST_PLACES, MOST_PLACES] = [32, 256]
const SHARE = 0.01

/** Multiples of it by squares are spread as if drawn by lot. */
const SPREAD = 0.7548776662

const LF = 10
const OPEN_OBJECT = 0x7b

/**
 * True if a sample suggests reading the inputs twice: if the records at 32 to 256 places of each repeat a path, or rename,
 * remove or partly change one. Also true if no sample is possible: in compressed inputs, and in inputs that are not
 * files.
 */
export function repeatsPaths(inputs: readonly Input[], options: IngestOptions): boolean {
  const effectOf = effectReader({ ...operationsOptions(options), strict: options.strict })
  const seen = new Set<string>()
  for (const input of inputs) {
    const lines = linesAt(input)
    if (lines === undefined) return true
    for (const bytes of lines) {
      const { kind, ids } = effectOf({ line: 0, end: 0, bytes })
      if (kind === 'none') continue
      if (kind !== 'put' || seen.has(ids[0]!)) return true
      seen.add(ids[0]!)
    }
  }
  return false
}

/** Complete lines at some places; undefined if the input is small or cannot be sampled. */
function linesAt({ file, name }: Input): Buffer[] | undefined {
  const path = file ?? name
  if (typeof path !== 'string') return undefined
  let handle: number | undefined
  try {
    // Something else may have taken the name by now: a FIFO would wait for its writer.
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const status = fstatSync(handle)
    const { size } = status
    if (!status.isFile() || size < SMALL) return undefined
    const lines: Buffer[] = []
    const places = placesOf(size)
    for (let place = 0; place < places; place++) {
      const piece = Buffer.alloc(PLACE_BYTES)
      const length = readSync(handle, piece, 0, PLACE_BYTES, Math.floor(size * whereIs(place, places)))
      if (place === 0 && piece[0] !== OPEN_OBJECT) return undefined
      lines.push(...wholeLines(piece.subarray(0, length), place === 0))
    }
    return lines
  } catch {
    return undefined
  } finally {
    if (handle !== undefined) closeSync(handle)
  }
}

/**
 * Where a place is, as a share of the file: one in each of as many equal parts, but not in the same spot of each. In a
 * history that names its paths in the same order again and again, equal distances may meet other paths each time.
 */
function whereIs(place: number, places: number): number {
  return (place + ((place * place * SPREAD) % 1)) / places
}

function placesOf(size: number): number {
  return Math.min(MOST_PLACES, Math.max(LEAST_PLACES, Math.floor((size * SHARE) / PLACE_BYTES)))
}

function wholeLines(piece: Buffer, fromStart: boolean): Buffer[] {
  const lines: Buffer[] = []
  let from = fromStart ? 0 : piece.indexOf(LF) + 1
  if (from === 0 && !fromStart) return lines
  for (let feed = piece.indexOf(LF, from); feed >= 0; feed = piece.indexOf(LF, from)) {
    lines.push(piece.subarray(from, feed))
    from = feed + 1
  }
  return lines
}
