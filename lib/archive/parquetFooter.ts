/** What the end of a Parquet file says of it. */
export interface Footer {
  readonly rows: number
  /** Rows and uncompressed bytes of each row group. */
  readonly groups: readonly { readonly rows: number; readonly bytes: number }[]
  readonly metadata: ReadonlyMap<string, string>
}

/** The length of the footer and the magic number, which end every file. */
export const TRAILER_BYTES = 8

const MAGIC = 'PAR1'

/** How many bytes at the end of a file are its footer, trailer included; undefined where it ends as no Parquet file. */
export function footerBytes(trailer: Buffer): number | undefined {
  const start = trailer.length - TRAILER_BYTES
  if (start < 0 || trailer.toString('latin1', start + 4) !== MAGIC) return undefined
  return trailer.readUInt32LE(start) + TRAILER_BYTES
}

/**
 * Reads a footer: bytes that end a file, and are at least its footer.
 * Throws an Error with the reason where they are none.
 * @see https://github.com/apache/parquet-format (FileMetaData), and the compact protocol of Thrift
 */
export function readFooter(end: Buffer): Footer {
  const bytes = footerBytes(end)
  if (bytes === undefined || bytes > end.length) throw new Error('does not end as a Parquet file does')
  const file = new Thrift(end.subarray(end.length - bytes, -TRAILER_BYTES)).struct()
  const groups = listIn(file.get(4)).map((group) => ({
    rows: numberIn((group as Fields).get(3)),
    bytes: numberIn((group as Fields).get(2)),
  }))
  const pairs = listIn(file.get(5)).map((pair): [string, string] => [
    String((pair as Fields).get(1)),
    String((pair as Fields).get(2) ?? ''),
  ])
  return { rows: numberIn(file.get(3)), groups, metadata: new Map(pairs) }
}

type Value = number | string | boolean | Value[] | Fields
type Fields = Map<number, Value>

function listIn(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : []
}

function numberIn(value: Value | undefined): number {
  if (typeof value === 'number') return value
  throw new Error('has a footer without its counts')
}

/** A reader of Thrift's compact protocol, as far as Parquet uses it. Numbers over 2^53 lose digits. */
class Thrift {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  struct(): Fields {
    const fields: Fields = new Map()
    let id = 0
    for (let head = this.#byte(); head !== 0; head = this.#byte()) {
      id = head >> 4 === 0 ? this.#zigzag() : id + (head >> 4)
      fields.set(id, this.#value(head & 15, false))
    }
    return fields
  }

  #value(type: number, inList: boolean): Value {
    switch (type) {
      case 1:
      case 2:
        return inList ? this.#byte() === 1 : type === 1
      case 3:
        return this.#byte()
      case 4:
      case 5:
      case 6:
        return this.#zigzag()
      case 7:
        return this.#take(8).readDoubleLE()
      case 8:
        return this.#take(this.#varint()).toString()
      case 9:
      case 10:
        return this.#list()
      case 12:
        return this.struct()
      default:
        throw new Error(`has a footer with a field of type ${type}`)
    }
  }

  #list(): Value[] {
    const head = this.#byte()
    const length = head >> 4 === 15 ? this.#varint() : head >> 4
    const list: Value[] = []
    for (let n = 0; n < length; n++) list.push(this.#value(head & 15, true))
    return list
  }

  #zigzag(): number {
    const value = this.#varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  #varint(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#byte()
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }

  #byte(): number {
    return this.#take(1)[0]!
  }

  #take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new Error('has a footer that is cut short')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}
