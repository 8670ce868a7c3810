import type { Thrift } from './thrift.ts'

/** Deeper than columns of any object nest. */
const MAX_LEVELS = 200

/** How a field may be missing, as Parquet numbers it. */
const REQUIRED = 0
const REPEATED = 2

/** The highest levels of a column: in how many lists it lies, and in how many fields that may be missing, itself one. */
export interface Levels {
  /** Only a column that lies in no list has one value for each row. */
  readonly repetition: number
  readonly definition: number
}

/** A field that has fields of its own, while they are read. */
interface Group extends Levels {
  /** How many of its fields are still to come. */
  left: number
}

/**
 * Reads the schema of a footer, at most so many fields: the levels of its columns, in the order that row groups have them.
 * Throws an Error where the fields are no tree.
 * @see https://github.com/apache/parquet-format (SchemaElement)
 */
export function columnsOf(thrift: Thrift, type: number, most: number): Levels[] {
  const columns: Levels[] = []
  const open: Group[] = []
  let root = true
  thrift.structs(type, most, () => {
    const { children, kind } = fieldIn(thrift)
    while (open.at(-1)?.left === 0) open.pop()
    const group = open.at(-1)
    if (group === undefined && !root) throw new Error('has a schema of more than one tree')
    if (group !== undefined) group.left -= 1
    const { repetition, definition } = group ?? { repetition: 0, definition: 0 }
    const levels = root
      ? { repetition, definition }
      : {
          repetition: repetition + (kind === REPEATED ? 1 : 0),
          definition: definition + (kind === REQUIRED ? 0 : 1),
        }
    if (root || children > 0) open.push({ ...levels, left: children })
    else columns.push(levels)
    if (open.length > MAX_LEVELS) throw new Error(`has columns that nest deeper than ${MAX_LEVELS} levels`)
    root = false
  })
  if (open.some(({ left }) => left > 0)) throw new Error('has a schema that is cut short')
  return columns
}

function fieldIn(thrift: Thrift): { readonly children: number; readonly kind: number } {
  let [kind, children] = [REQUIRED, 0]
  thrift.struct((id, type) => {
    if (id === 3) kind = thrift.count(type)
    else if (id === 5) children = thrift.count(type)
    else return false
  })
  return { children, kind }
}
