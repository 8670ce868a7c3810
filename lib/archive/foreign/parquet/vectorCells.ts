import type { Vector as ObjectVector } from '../../../core/object.ts'
import { isFiniteVector } from '../../../core/value/vector.ts'
import { type Data, DataType, Vector } from '../../format/arrow.ts'
import type { ForeignChanges } from '../changes.ts'
import { PlainFault } from '../plainFault.ts'

/** Reads the vector in a row; undefined if there is none. */
export type VectorCell = (row: number) => ObjectVector | undefined

/** The width of vectors by name, `''` for the unnamed one: the first vector decides. */
export type Widths = Map<string, number>

/** True for a column of lists of numbers, or of lists of such lists. */
export function holdsVectors(type: DataType): boolean {
  if (!DataType.isList(type)) return false
  const inner = type.children[0]!.type as DataType
  return isNumber(inner) || (DataType.isList(inner) && isNumber(inner.children[0]!.type))
}

function isNumber(type: DataType): boolean {
  return DataType.isFloat(type) || (DataType.isInt(type) && type.bitWidth <= 32)
}

/**
 * A column of vectors of one width: lists of numbers, or lists of several rows. A number that a float32 cannot hold
 * exactly counts as a change. The cell throws a PlainFault for a vector of another width, or with a missing, NaN or
 * infinite value.
 */
export function vectorCell(data: Data, name: string, widths: Widths, changes: ForeignChanges): VectorCell {
  const rows = DataType.isList(data.children[0]!.type) ? data.children[0]! : undefined
  const floats = floatsReader((rows ?? data).children[0]!)
  const subject = name === '' ? 'its vector' : `its vector ${name}`
  const single = (lists: Data, at: number): Float32Array => {
    const { vector, isRounded } = floats(Number(lists.valueOffsets[at]), Number(lists.valueOffsets[at + 1]))
    if (!isFiniteVector(vector))
      throw new PlainFault('invalid_value', `${subject} holds a number that is missing, or beyond float32`)
    requireWidth(widths, name, vector.length, subject)
    if (isRounded) changes.note('vectors_rounded')
    return vector
  }
  return (row) => {
    if (!data.getValid(row)) return undefined
    const [from, to] = [Number(data.valueOffsets[row]), Number(data.valueOffsets[row + 1])]
    if (from === to) return undefined
    if (rows === undefined) return single(data, row)
    return Array.from({ length: to - from }, (_, at) => single(rows, from + at))
  }
}

function requireWidth(widths: Widths, name: string, width: number, what: string): void {
  const first = widths.get(name)
  if (first === undefined) widths.set(name, width)
  else if (first !== width)
    throw new PlainFault('invalid_value', `${what} has the width ${width}, those before it have ${first}`)
}

interface Floats {
  readonly vector: Float32Array
  readonly isRounded: boolean
}

/** Reads numbers from one position to another; missing numbers become NaN. */
function floatsReader(data: Data): (from: number, to: number) => Floats {
  const { type, values, nullCount } = data
  if (nullCount > 0 || !DataType.isFloat(type) || type.precision === 0) {
    const any = new Vector([data])
    return (from, to) =>
      fromDoubles(Array.from({ length: to - from }, (_, at) => Number(any.get(from + at) ?? Number.NaN)))
  }
  if (values instanceof Float32Array)
    return (from, to) => ({ vector: values.slice(from, to), isRounded: false })
  return (from, to) => fromDoubles(values.subarray(from, to))
}

function fromDoubles(doubles: ArrayLike<number>): Floats {
  const vector = Float32Array.from(doubles)
  let isRounded = false
  for (let at = 0; at < vector.length && !isRounded; at++) isRounded = vector[at] !== doubles[at]
  return { vector, isRounded }
}
