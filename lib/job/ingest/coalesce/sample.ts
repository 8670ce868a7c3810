import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { effects } from '../../../change/effect/effect.ts'
import type { Input } from '../input.ts'
import type { IngestOptions } from '../options.ts'
import { operationsOptions } from '../stages.ts'

const MIB = 1024 * 1024

/** Inputs that are smaller are read twice in no time. */
const SMALL = MIB

/** So many places are looked at, and so many bytes at each. */
const PLACES = 32
const PLACE_BYTES = 64 * 1024

const LF = 10
const OPEN_OBJECT = 0x7b

/**
 * True where it is worth it to read the inputs twice, as far as a sample tells: where among the records at 32 places of
 * each there is a path that comes again, or one that is renamed, removed or changed in part. So it is taken to be where nobody
 * can look: in compressed inputs, and in what is no file.
 */
export function repeatsPaths(inputs: readonly Input[], options: IngestOptions): boolean {
  const effectOf = effects({ ...operationsOptions(options), strict: options.strict })
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

/** Whole lines at some places; undefined where the input is small or cannot be looked into. */
function linesAt({ file, name }: Input): Buffer[] | undefined {
  const path = file ?? name
  if (typeof path !== 'string') return undefined
  let handle: number | undefined
  try {
    // Something else may have come under the name by now: a FIFO would wait for its writer.
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const status = fstatSync(handle)
    const { size } = status
    if (!status.isFile() || size < SMALL) return undefined
    const lines: Buffer[] = []
    for (let place = 0; place < PLACES; place++) {
      const piece = Buffer.alloc(PLACE_BYTES)
      const length = readSync(handle, piece, 0, PLACE_BYTES, Math.floor((place / PLACES) * size))
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
