import { type Data, DataType, type Field, type FixedSizeList, type Schema } from '../../arrow.ts'

/** A column of a Parquet file: a part of an Arrow column that holds values and has no columns inside. */
export interface Leaf {
  readonly path: readonly string[]
  readonly type: DataType
  /** The highest levels of its values: how many fields that may be missing contain it, and how many lists. */
  readonly definition: number
  readonly repetition: number
}

/**
 * The values of a leaf in a batch: `width` of them side by side in each place, since a vector counts as one value
 * there.
 */
export interface LeafValues {
  readonly width: number
  /** The levels of each place, or of the first value in it. */
  readonly definitions: Uint16Array
  readonly repetitions: Uint16Array
  readonly data: Data
  /** Where each place that is not missing is in `data`, in units of `width`. */
  readonly present: Int32Array
}

/** The number of values: one for each missing place. */
export function countOf({ width, definitions, present }: LeafValues): number {
  return definitions.length + (width - 1) * present.length
}

/** The leaves of a schema, in the order of the columns in a row group. */
export function leavesOf({ fields }: Schema): Leaf[] {
  return fields.flatMap((field) => leavesIn(field, [], { definition: 0, repetition: 0 }))
}

type Depth = Pick<Leaf, 'definition' | 'repetition'>

function leavesIn({ name, type, nullable }: Field, above: readonly string[], depth: Depth): Leaf[] {
  const path = [...above, name]
  const own = { ...depth, definition: depth.definition + (nullable ? 1 : 0) }
  if (DataType.isStruct(type))
    return (type.children as Field[]).flatMap((field) => leavesIn(field, path, own))
  if (!isList(type)) return [{ path, type, ...own }]
  const repeated = { definition: own.definition + 1, repetition: own.repetition + 1 }
  return leavesIn(type.children[0]!, [...path, 'list'], repeated)
}

/** The slots of a column at some level of its nesting. */
interface LeafSlots {
  readonly definitions: Uint16Array
  readonly repetitions: Uint16Array
  /** Where each slot is in the data of the level; -1 if it, or its parent, is missing. */
  readonly at: Int32Array
}

/**
 * The values of all leaves in a batch of `rows` rows, in the same order. Memory: 8 bytes per value, or per vector.
 */
export function valuesOf(fields: readonly Field[], columns: readonly Data[], rows: number): LeafValues[] {
  const slots = { definitions: new Uint16Array(rows), repetitions: new Uint16Array(rows), at: upTo(rows) }
  return fields.flatMap((field, n) => valuesIn(field, columns[n]!, slots, 0))
}

function valuesIn({ type, nullable }: Field, data: Data, above: LeafSlots, repetition: number): LeafValues[] {
  const slots = nullable ? withNulls(data, above) : above
  if (DataType.isStruct(type))
    return (type.children as Field[]).flatMap((field, n) =>
      valuesIn(field, data.children[n]!, slots, repetition),
    )
  if (isVector(type)) return [vectorValues(data.children[0]!, slots, type.listSize)]
  if (isList(type))
    return valuesIn(type.children[0]!, data.children[0]!, spread(data, slots, repetition + 1), repetition + 1)
  return [leafValues(data, slots)]
}

function leafValues(data: Data, { definitions, repetitions, at }: LeafSlots): LeafValues {
  return { width: 1, definitions, repetitions, data, present: presentIn(at) }
}

function vectorValues(data: Data, { definitions, repetitions, at }: LeafSlots, width: number): LeafValues {
  const own = definitions.slice()
  for (let n = 0; n < own.length; n++) if (at[n]! >= 0) own[n]! += 1
  return { width, definitions: own, repetitions, data, present: presentIn(at) }
}

/** A vector has one place for all its numbers: with 384 places, that would take longer than everything else. */
function isVector(type: DataType): type is FixedSizeList {
  return (
    DataType.isFixedSizeList(type) && !type.children[0]!.nullable && DataType.isFloat(type.children[0]!.type)
  )
}

function isList(type: DataType): boolean {
  return DataType.isList(type) || DataType.isFixedSizeList(type)
}

/** A level that may be missing: a present value has one definition level more. */
function withNulls(data: Data, { definitions, repetitions, at }: LeafSlots): LeafSlots {
  const own = definitions.slice()
  if (data.nullCount === 0 && !at.includes(-1)) {
    for (let n = 0; n < own.length; n++) own[n]! += 1
    return { definitions: own, repetitions, at }
  }
  const places = at.slice()
  const bits = data.nullCount > 0 ? (data.nullBitmap as Uint8Array) : undefined
  for (let n = 0; n < places.length; n++) {
    const place = places[n]!
    if (place < 0) continue
    if (bits !== undefined && ((bits[place >> 3]! >> (place & 7)) & 1) === 0) places[n] = -1
    else own[n]! += 1
  }
  return { definitions: own, repetitions, at: places }
}

/** The elements of lists; a missing or empty list still has one slot, which marks it. */
function spread(data: Data, lists: LeafSlots, repetition: number): LeafSlots {
  const { valueOffsets } = data
  let count = 0
  for (const place of lists.at)
    count += place < 0 ? 1 : Math.max(1, valueOffsets[place + 1]! - valueOffsets[place]!)
  const definitions = new Uint16Array(count)
  const repetitions = new Uint16Array(count)
  const at = new Int32Array(count)
  let used = 0
  for (let n = 0; n < lists.at.length; n++) {
    const place = lists.at[n]!
    const begin = place < 0 ? 0 : valueOffsets[place]!
    const length = place < 0 ? 0 : valueOffsets[place + 1]! - begin
    const next = used + Math.max(1, length)
    definitions.fill(lists.definitions[n]! + (length > 0 ? 1 : 0), used, next)
    if (length > 1) repetitions.fill(repetition, used, next)
    repetitions[used] = lists.repetitions[n]!
    if (length === 0) at[used] = -1
    else for (let element = 0; element < length; element++) at[used + element] = begin + element
    used = next
  }
  return { definitions, repetitions, at }
}

function presentIn(at: Int32Array): Int32Array {
  if (!at.includes(-1)) return at
  let used = 0
  const present = new Int32Array(at.length)
  for (const place of at) if (place >= 0) present[used++] = place
  return present.subarray(0, used)
}

function upTo(count: number): Int32Array {
  const all = new Int32Array(count)
  for (let n = 0; n < count; n++) all[n] = n
  return all
}
