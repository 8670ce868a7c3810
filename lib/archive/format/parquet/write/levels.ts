import { ByteWriter, writeRleBitPackedHybrid } from '../../parquetThrift.ts'
import type { Leaf, LeafValues } from './leaves.ts'

const LENGTH_BYTES = 4

/** The levels of a version 1 page: repetition, then definition, each after its length. */
export function levelsOf({ repetition, definition }: Leaf, values: LeafValues): Uint8Array[] {
  const { width, repetitions, definitions } = values
  const isPresent = (n: number) => definitions[n] === definition
  const written: Uint8Array[] = []
  if (width === 1) {
    if (repetition > 0) written.push(hybrid(repetitions, repetition))
    if (definition > 0) written.push(hybrid(definitions, definition))
  } else {
    // Every number of a vector but the first repeats at the highest level.
    written.push(runs(repetitions, (n) => (isPresent(n) ? { level: repetition, count: width - 1 } : NONE)))
    written.push(runs(definitions, (n) => (isPresent(n) ? { level: definition, count: width - 1 } : NONE)))
  }
  return written.flatMap((levels) => [lengthOf(levels), levels])
}

/** The levels in the fewest bits that hold `most`, in Parquet's hybrid encoding. */
function hybrid(levels: Uint16Array, most: number): Uint8Array {
  const bytes = new ByteWriter()
  writeRleBitPackedHybrid(bytes, levels as never, Math.ceil(Math.log2(most + 1)))
  return bytes.getBytes()
}

interface Run {
  readonly level: number
  readonly count: number
}

const NONE: Run = { level: 0, count: 0 }

/**
 * The level of each place, followed by those of the rest of its vector: only as runs, with equal neighbors merged.
 */
function runs(levels: Uint16Array, restOf: (n: number) => Run): Uint8Array {
  const bytes = new ByteWriter()
  let [level, count] = [levels[0] ?? 0, 0]
  const end = () => {
    if (count === 0) return
    bytes.appendVarInt(count << 1)
    bytes.appendUint8(level)
  }
  const add = (next: number, more: number) => {
    if (next !== level) {
      end()
      ;[level, count] = [next, 0]
    }
    count += more
  }
  for (let n = 0; n < levels.length; n++) {
    add(levels[n]!, 1)
    const rest = restOf(n)
    if (rest.count > 0) add(rest.level, rest.count)
  }
  end()
  return bytes.getBytes()
}

function lengthOf(levels: Uint8Array): Uint8Array {
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32LE(levels.length)
  return length
}
