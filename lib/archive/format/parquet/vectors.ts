import type { Vector } from '../../../core/object.ts'
import { type Data, DataType, Field, FixedSizeList, Float32, List, makeData, tableFromIPC } from '../arrow.ts'
import { Bitmap, GrowableArray } from './builders.ts'
import { ELEMENT } from './nested.ts'
import { checkedArrowSchema } from './read/arrowSchema.ts'

/** The properties that all vectors in a column share. */
export interface VectorShape {
  readonly width: number
  /** True for several rows per object. */
  readonly multi: boolean
}

/** A column of vectors being filled. */
export interface VectorBuilder {
  readonly type: DataType
  readonly bytes: number
  /** Fills one slot. Returns false if the vector has another shape and belongs in `_rest`. */
  put(vector: Vector | undefined): boolean
  take(): Data
}

/** More numbers than a server allows in a vector: no column is so wide that a reader would refuse it. */
const MAX_WIDTH = 65_535

/**
 * The shape of a vector; undefined if no column can have it: no numbers, no rows, rows of several widths, too wide.
 */
export function shapeOf(vector: Vector): VectorShape | undefined {
  const multi = !(vector instanceof Float32Array)
  const rows = multi ? vector : [vector]
  const width = rows[0]?.length ?? 0
  if (width === 0 || width > MAX_WIDTH || rows.some((row) => row.length !== width)) return undefined
  return { width, multi }
}

/** The Arrow type of a vector: a FixedSizeList of float32, or for a multi-vector a List of these. */
export function vectorType({ width, multi }: VectorShape): DataType {
  const row = new FixedSizeList(width, new Field(ELEMENT, new Float32(), false))
  return multi ? new List(new Field(ELEMENT, row, false)) : row
}

/** The shape of the vectors in a column. Throws an Error if the column has another type. */
export function shapeOfType(type: DataType | undefined): VectorShape {
  const multi = DataType.isList(type)
  const row = multi ? type.children[0]?.type : type
  if (DataType.isFixedSizeList(row)) return { width: row.listSize, multi }
  throw new Error(`has vectors of type ${type}`)
}

/** The bytes of missing vectors, which a reader allocates anyway. */
export interface VectorBytes {
  /** For all columns of a row. */
  readonly row: number
  /** For one vector of a multi-vector: the largest. */
  readonly among: number
}

/**
 * The bytes that missing vectors take, according to the columns of a file. Throws an Error if its metadata has no
 * Arrow schema, or declares vectors that are too wide or in unexpected places.
 */
export function vectorBytes(metadata: ReadonlyMap<string, string>): VectorBytes {
  const bytes = Buffer.from(metadata.get('ARROW:schema') ?? '', 'base64')
  const { schema } = tableFromIPC(checkedArrowSchema(bytes))
  let [row, among] = [0, 0]
  for (const { name, type } of schema.fields) {
    const rows = DataType.isList(type) ? type.children[0]!.type : undefined
    const [one, several] = [widthOf(type), rows === undefined ? 0 : widthOf(rows)]
    const width = one + several
    if (width > MAX_WIDTH) throw new Error(`has a column ${name} of ${width} numbers each`)
    if (width === 0 && holdsFixedSize(type)) throw new Error(`has a column ${name} of type ${type}`)
    row += width * 4
    among = Math.max(among, several * 4)
  }
  return { row, among }
}

/** How many numbers a vector of this type has; 0 for another type. */
function widthOf(type: DataType): number {
  return DataType.isFixedSizeList(type) && DataType.isFloat(type.children[0]!.type) ? type.listSize : 0
}

/** True if a missing value may take any number of bytes. */
function holdsFixedSize(type: DataType): boolean {
  if (DataType.isFixedSizeList(type) || DataType.isFixedSizeBinary(type)) return true
  return ((type.children ?? []) as Field[]).some((field) => holdsFixedSize(field.type))
}

/** Builds a column of vectors of one shape. */
export function vectorBuilder(shape: VectorShape): VectorBuilder {
  return shape.multi ? new MultiVectorBuilder(shape) : new SingleVectorBuilder(shape)
}

class SingleVectorBuilder implements VectorBuilder {
  readonly type: DataType
  readonly #width: number
  readonly #valid = new Bitmap()
  readonly #floats = new GrowableArray((length) => new Float32Array(length))

  constructor(shape: VectorShape) {
    this.type = vectorType(shape)
    this.#width = shape.width
  }

  get bytes(): number {
    return this.#floats.used * 4
  }

  put(vector: Vector | undefined): boolean {
    const fits = vector instanceof Float32Array && vector.length === this.#width
    this.#floats.reserve(this.#width)
    const end = this.#floats.used + this.#width
    if (fits) this.#floats.array.set(vector, this.#floats.used)
    else this.#floats.array.fill(0, this.#floats.used, end)
    this.#floats.used = end
    this.#valid.push(fits)
    return fits || vector === undefined
  }

  take(): Data {
    return makeData({
      type: this.type,
      ...this.#valid.take(),
      child: floatsData(this.#floats.take()),
    } as never)
  }
}

class MultiVectorBuilder implements VectorBuilder {
  readonly type: DataType
  readonly #width: number
  readonly #valid = new Bitmap()
  readonly #offsets = new GrowableArray((length) => new Int32Array(length))
  readonly #floats = new GrowableArray((length) => new Float32Array(length))

  constructor(shape: VectorShape) {
    this.type = vectorType(shape)
    this.#width = shape.width
    this.#offsets.push(0)
  }

  get bytes(): number {
    return this.#floats.used * 4
  }

  put(vector: Vector | undefined): boolean {
    const fits = Array.isArray(vector) && vector.every((row: Float32Array) => row.length === this.#width)
    for (const row of fits ? (vector as readonly Float32Array[]) : []) {
      this.#floats.reserve(this.#width)
      this.#floats.array.set(row, this.#floats.used)
      this.#floats.used += this.#width
    }
    this.#offsets.push(this.#floats.used / this.#width)
    this.#valid.push(fits)
    return fits || vector === undefined
  }

  take(): Data {
    const valueOffsets = this.#offsets.take().slice()
    this.#offsets.push(0)
    const length = valueOffsets.at(-1)!
    const type = this.type.children[0]!.type
    const child = makeData({ type, length, nullCount: 0, child: floatsData(this.#floats.take()) } as never)
    return makeData({ type: this.type, ...this.#valid.take(), valueOffsets, child } as never)
  }
}

function floatsData(data: Float32Array): Data {
  return makeData({ type: new Float32(), length: data.length, nullCount: 0, data })
}

/** Reads vectors, each into its own buffer, so that no vector keeps its whole batch in memory. */
export function vectorReader(data: Data, { width, multi }: VectorShape): (row: number) => Vector | undefined {
  const rows = multi ? data.children[0]! : data
  const floats: Float32Array = rows.children[0]!.values
  const single = (at: number) => floats.slice(at * width, (at + 1) * width)
  if (!multi) return (row) => (data.getValid(row) ? single(row) : undefined)
  const { valueOffsets } = data
  return (row) => {
    if (!data.getValid(row)) return undefined
    const many: Float32Array[] = []
    for (let at = valueOffsets[row]!; at < valueOffsets[row + 1]!; at++) many.push(single(at))
    return many
  }
}
