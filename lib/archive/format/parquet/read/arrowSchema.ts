/** Fields and metadata of a schema, those of fields in fields included. */
const MOST_ENTRIES = 100_000
const MOST_DEPTH = 64
/** What begins a message since Arrow 0.15: before, its length came first. */
const CONTINUES = -1

/** The numbers of fields in the tables of Arrow's format. @see https://github.com/apache/arrow/tree/main/format */
const MESSAGE = { type: 1, header: 2 } as const
const IS_SCHEMA = 1
const SCHEMA = { fields: 1, metadata: 2 } as const
const FIELD = { children: 5, metadata: 6 } as const

/**
 * The bytes of an Arrow schema message, checked before Arrow's library makes anything of them: it believes the lengths
 * of lists, and a list may hold the same field, and itself, any number of times. Whatever follows the message is left
 * out.
 * @throws Error if they end early, or hold more than 100,000 entries or 64 levels
 */
export function checkedArrowSchema(bytes: Buffer): Buffer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const at = view.getInt32(0, true) === CONTINUES ? 4 : 0
  const [start, length] = [at + 4, view.getInt32(at, true)]
  if (length < 0 || start + length > bytes.length) throw new Error('its Arrow schema is cut short')
  const tables = new Tables(view)
  const message = tables.follow(start)
  const type = tables.field(message, MESSAGE.type)
  if (type === 0 || view.getUint8(type) !== IS_SCHEMA) throw new Error('its Arrow schema is none')
  const header = tables.follow(tables.field(message, MESSAGE.header))
  tables.count(header, SCHEMA.metadata)
  visitFields(tables, tables.entries(header, SCHEMA.fields), 0)
  return bytes.subarray(0, start + length)
}

function visitFields(tables: Tables, fields: readonly number[], depth: number): void {
  if (depth > MOST_DEPTH) throw new Error(`its Arrow schema nests deeper than ${MOST_DEPTH} levels`)
  for (const place of fields) {
    const field = tables.follow(place)
    tables.count(field, FIELD.metadata)
    visitFields(tables, tables.entries(field, FIELD.children), depth + 1)
  }
}

/** Tables of a FlatBuffer, read by position; a position beyond the bytes is a RangeError. */
class Tables {
  readonly #view: DataView
  #left = MOST_ENTRIES

  constructor(view: DataView) {
    this.#view = view
  }

  /** Where the offset at a position leads. */
  follow(at: number): number {
    return at + this.#view.getUint32(at, true)
  }

  /** The position of a field; 0 if the table does not have it. */
  field(table: number, number: number): number {
    const slots = table - this.#view.getInt32(table, true)
    const slot = 4 + 2 * number
    if (slot >= this.#view.getUint16(slots, true)) return 0
    const offset = this.#view.getUint16(slots + slot, true)
    return offset === 0 ? 0 : table + offset
  }

  /** Counts the entries of a list among all of them. Returns where they begin, and how many there are. */
  count(table: number, number: number): { readonly first: number; readonly length: number } {
    const at = this.field(table, number)
    if (at === 0) return { first: 0, length: 0 }
    const list = this.follow(at)
    const length = this.#view.getUint32(list, true)
    this.#left -= length
    if (this.#left < 0) throw new Error(`its Arrow schema has more than ${MOST_ENTRIES} entries`)
    return { first: list + 4, length }
  }

  /** The positions of the entries of a list. */
  entries(table: number, number: number): number[] {
    const { first, length } = this.count(table, number)
    return Array.from({ length }, (_, n) => first + 4 * n)
  }
}
