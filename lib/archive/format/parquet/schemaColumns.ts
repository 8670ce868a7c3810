import type { Thrift } from './thrift.ts'

/**
 * The highest levels of a column: how many lists contain it, and how many fields, itself included, may be missing.
 */
export interface MaxLevels {
  /** Only a column outside all lists has exactly one value per row. */
  readonly repetition: number
  readonly definition: number
  /** The length of fixed-length byte arrays. A reader allocates it even for a missing value. */
  readonly width: number
}

/** Deeper than the columns of any object nest. */
const MAX_LEVELS = 200

/** How a field may be missing, as Parquet numbers it. */
const REQUIRED = 0
const REPEATED = 2

/** A field with nested fields, while they are read. */
interface Group extends MaxLevels {
  /** How many nested fields are still to come. */
  left: number
}

/**
 * Reads the schema in a footer, at most `most` fields: the levels of its columns, in the order of the columns in a
 * row group. Throws an Error if the fields do not form a tree.
 * @see https://github.com/apache/parquet-format (SchemaElement)
 */
export function columnsOf(thrift: Thrift, type: number, most: number): MaxLevels[] {
  const columns: MaxLevels[] = []
  const open: Group[] = []
  let root = true
  thrift.structs(type, most, () => {
    const { children, kind, width } = fieldIn(thrift)
    while (open.at(-1)?.left === 0) open.pop()
    const group = open.at(-1)
    if (group === undefined && !root) throw new Error('has a schema of more than one tree')
    if (group !== undefined) group.left -= 1
    const { repetition, definition } = group ?? { repetition: 0, definition: 0 }
    const levels = root
      ? { repetition, definition, width }
      : {
          repetition: repetition + (kind === REPEATED ? 1 : 0),
          definition: definition + (kind === REQUIRED ? 0 : 1),
          width,
        }
    if (root || children > 0) open.push({ ...levels, left: children })
    else columns.push(levels)
    if (open.length > MAX_LEVELS) throw new Error(`has columns that nest deeper than ${MAX_LEVELS} levels`)
    root = false
  })
  if (open.some(({ left }) => left > 0)) throw new Error('has a schema that is cut short')
  return columns
}

interface SchemaField {
  readonly children: number
  readonly kind: number
  readonly width: number
}

function fieldIn(thrift: Thrift): SchemaField {
  let [kind, children, width] = [REQUIRED, 0, 0]
  thrift.struct((id, type) => {
    if (id === 2) width = thrift.count(type)
    else if (id === 3) kind = thrift.count(type)
    else if (id === 5) children = thrift.count(type)
    else return false
  })
  return { children, kind, width }
}
