import type { Json, JsonObject } from '../../../core/object.ts'
import { isRecord } from '../../../core/value/record.ts'
import { type Data, type DataType, Field, List, makeData, Struct } from '../arrow.ts'
import { Bitmap, type ColumnBuilder, GrowableArray, type ValueReader } from './builders.ts'
import type { ColumnType } from './type.ts'

/** The name for the values of a list in Parquet's own specification. */
export const ELEMENT = 'element'

/** Lists of values of one type. */
export function listOf(kind: ColumnType): ColumnType {
  const type = new List(new Field(ELEMENT, kind.type, true))
  return {
    type,
    builder: () => new ListBuilder(type, kind.builder()),
    reader: (data) => listReader(data, kind),
  }
}

class ListBuilder implements ColumnBuilder {
  readonly type: DataType
  readonly #valid = new Bitmap()
  readonly #offsets = new GrowableArray((length) => new Int32Array(length))
  readonly #child: ColumnBuilder
  #elements = 0

  constructor(type: DataType, child: ColumnBuilder) {
    this.type = type
    this.#child = child
    this.#offsets.push(0)
  }

  get bytes(): number {
    return this.#child.bytes + this.#offsets.used * 4
  }

  put(value: Json | undefined): boolean {
    const list = Array.isArray(value)
    let exact = list || value === undefined || value === null
    if (list) {
      for (const element of value) {
        if (!this.#child.put(element)) exact = false
      }
      this.#elements += value.length
    }
    this.#valid.push(list)
    this.#offsets.push(this.#elements)
    return exact
  }

  take(): Data {
    const valueOffsets = this.#offsets.take().slice()
    this.#offsets.push(0)
    this.#elements = 0
    const child = this.#child.take()
    return makeData({ type: this.type, ...this.#valid.take(), valueOffsets, child } as never)
  }
}

function listReader(data: Data, kind: ColumnType): ValueReader {
  const element = kind.reader(data.children[0]!)
  const { valueOffsets } = data
  return (row) => {
    if (!data.getValid(row)) return undefined
    const list: Json[] = []
    for (let at = valueOffsets[row]!; at < valueOffsets[row + 1]!; at++) list.push(element(at) ?? null)
    return list
  }
}

/**
 * Objects whose fields each have a column type. A null field counts as absent; an object with a field of another name
 * is kept as its exact text.
 */
export function structOf(fields: ReadonlyMap<string, ColumnType>): ColumnType {
  const type = new Struct([...fields].map(([name, kind]) => new Field(name, kind.type, true)))
  return {
    type,
    builder: () =>
      new StructBuilder(type, new Map([...fields].map(([name, kind]) => [name, kind.builder()]))),
    reader: (data) => structReader(data, fields),
  }
}

class StructBuilder implements ColumnBuilder {
  readonly type: DataType
  readonly #valid = new Bitmap()
  readonly #fields: ReadonlyMap<string, ColumnBuilder>

  constructor(type: DataType, fields: ReadonlyMap<string, ColumnBuilder>) {
    this.type = type
    this.#fields = fields
  }

  get bytes(): number {
    let bytes = this.#valid.length >> 3
    for (const builder of this.#fields.values()) bytes += builder.bytes
    return bytes
  }

  put(value: Json | undefined): boolean {
    const record = isRecord(value) ? value : undefined
    let exact = record !== undefined || value === undefined || value === null
    for (const [name, builder] of this.#fields) {
      if (!builder.put(record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined))
        exact = false
    }
    this.#valid.push(record !== undefined)
    return exact && (record === undefined || this.#knowsAll(record))
  }

  #knowsAll(record: JsonObject): boolean {
    return Object.keys(record).every((name) => this.#fields.has(name) || record[name] === null)
  }

  take(): Data {
    const children = [...this.#fields.values()].map((builder) => builder.take())
    return makeData({ type: this.type, ...this.#valid.take(), children } as never)
  }
}

function structReader(data: Data, fields: ReadonlyMap<string, ColumnType>): ValueReader {
  const readers = [...fields].map(([name, kind], index) => ({
    name,
    reader: kind.reader(data.children[index]!),
  }))
  return (row) => {
    if (!data.getValid(row)) return undefined
    const record: JsonObject = {}
    for (const { name, reader } of readers) {
      const value = reader(row)
      if (value !== undefined) record[name] = value
    }
    return record
  }
}
