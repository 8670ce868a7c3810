import { isLarge } from '../../../core/exactJson.ts'
import type { Json } from '../../../core/object.ts'
import type { PropertySchema } from '../../../core/schema.ts'
import { isRecord } from '../../../core/value/record.ts'
import { Binary, Bool, type Data, Float64, Int64, TimestampMicrosecond, Utf8 } from '../arrow.ts'
import { BooleanBuilder, BytesBuilder, FixedWidthBuilder, GrowableArray } from './builders.ts'
import { type Instant, instantOf, textOf } from './date.ts'
import { listOf, structOf } from './nested.ts'
import type { ColumnType } from './type.ts'

/**
 * The column type of a property; undefined if Parquet has none (an object without nested properties).
 * @see docs/archives-parquet.md
 */
export function kindOf(property: PropertySchema): ColumnType | undefined {
  const type = property.dataType[0] ?? ''
  if (/^[A-Z]/.test(type)) return beacons
  if (type.endsWith('[]')) {
    const element = kindOf({ ...property, dataType: [type.slice(0, -2)] })
    return element === undefined ? undefined : listOf(element)
  }
  return type === 'object' ? nestedOf(property) : BASIC[type]
}

function nestedOf({ nestedProperties }: PropertySchema): ColumnType | undefined {
  const fields = new Map<string, ColumnType>()
  for (const property of (nestedProperties ?? []) as readonly PropertySchema[]) {
    const kind = kindOf(property)
    if (kind !== undefined && property.name !== '__proto__') fields.set(property.name, kind)
  }
  return fields.size === 0 ? undefined : structOf(fields)
}

/** Text in UTF-8, which cannot hold half a surrogate pair; the column shows U+FFFD instead. */
export const text: ColumnType = {
  type: new Utf8(),
  builder: () => new BytesBuilder(text.type, writeText),
  reader: (data) => {
    const { valueOffsets } = data
    const bytes = bufferOf(data.values)
    return (row) =>
      data.getValid(row) ? bytes.toString('utf8', valueOffsets[row]!, valueOffsets[row + 1]!) : undefined
  },
}

function writeText(value: Json, bytes: GrowableArray<Buffer>) {
  if (typeof value !== 'string') return 'none'
  const exact = value.isWellFormed()
  const wellFormed = exact ? value : value.toWellFormed()
  bytes.reserve(wellFormed.length < 4096 ? wellFormed.length * 3 : Buffer.byteLength(wellFormed))
  bytes.used += bytes.array.write(wellFormed, bytes.used, 'utf8')
  return exact ? 'exact' : 'replaced'
}

/** Base64 as the bytes that it stands for, if it is their only spelling. */
const blob: ColumnType = {
  type: new Binary(),
  builder: () => new BytesBuilder(blob.type, writeBlob),
  reader: (data) => {
    const { valueOffsets } = data
    const bytes = bufferOf(data.values)
    return (row) =>
      data.getValid(row) ? bytes.toString('base64', valueOffsets[row]!, valueOffsets[row + 1]!) : undefined
  },
}

function writeBlob(value: Json, bytes: GrowableArray<Buffer>) {
  if (typeof value !== 'string') return 'none'
  bytes.reserve(Math.ceil(value.length / 4) * 3)
  const end = bytes.used + bytes.array.write(value, bytes.used, 'base64')
  if (bytes.array.toString('base64', bytes.used, end) !== value) return 'none'
  bytes.used = end
  return 'exact'
}

const boolean: ColumnType = {
  type: new Bool(),
  builder: () => new BooleanBuilder(boolean.type),
  reader: (data) => {
    const bits: Uint8Array = data.values
    return (row) =>
      data.getValid(row)
        ? ((bits[(data.offset + row) >> 3]! >> ((data.offset + row) & 7)) & 1) === 1
        : undefined
  },
}

const number: ColumnType = {
  type: new Float64(),
  builder: () =>
    new FixedWidthBuilder(
      number.type,
      new GrowableArray((length) => new Float64Array(length)),
      1,
      writeNumber,
    ),
  reader: (data) => {
    const values: Float64Array = data.values
    return (row) => (data.getValid(row) ? values[row]! : undefined)
  },
}

function writeNumber(value: Json, values: GrowableArray<Int32Array | Float64Array>): boolean {
  if (typeof value === 'bigint') {
    values.push(Number(value))
    return BigInt(Number(value)) === value
  }
  if (typeof value !== 'number' || !Number.isFinite(value)) return false
  values.push(value)
  return true
}

const int: ColumnType = {
  type: new Int64(),
  builder: () =>
    new FixedWidthBuilder(int.type, new GrowableArray((length) => new Int32Array(length)), 2, writeInt),
  reader: (data) => {
    const halves = halvesOf(data)
    return (row) => {
      if (!data.getValid(row)) return undefined
      const [low, high] = [halves[row * 2]!, halves[row * 2 + 1]!]
      const double = high * 2 ** 32 + (low >>> 0)
      return isLarge(double) ? (BigInt(high) << 32n) + BigInt(low >>> 0) : double
    }
  },
}

function writeInt(value: Json, values: GrowableArray<Int32Array | Float64Array>): boolean {
  if (typeof value === 'bigint') {
    if (BigInt.asIntN(64, value) !== value) return false
    pushBigInt(values, value)
    return true
  }
  if (!Number.isInteger(value) || (value as number) < -(2 ** 63) || (value as number) >= 2 ** 63) return false
  if (Object.is(value, -0)) return false
  pushHalves(values, value as number)
  return true
}

/** An integer that a double holds, in two's complement; takes a third of the time of a BigInt. */
export function pushHalves(values: GrowableArray<Int32Array | Float64Array>, value: number): void {
  values.push(value | 0)
  values.push(Math.floor(value / 2 ** 32))
}

function pushBigInt(values: GrowableArray<Int32Array | Float64Array>, value: bigint): void {
  values.push(Number(BigInt.asIntN(32, value)))
  values.push(Number(value >> 32n))
}

/** The 64-bit integers of a column as pairs of 32-bit integers, the low half first. A view on the same memory. */
export function halvesOf({ values }: Data): Int32Array {
  const { buffer, byteOffset, length } = values as BigInt64Array
  return new Int32Array(buffer, byteOffset, length * 2)
}

/** A date as its instant, to the microsecond; the column shows it even if it would not give back the exact text. */
const date: ColumnType = {
  type: new TimestampMicrosecond('UTC'),
  builder: () =>
    new FixedWidthBuilder(date.type, new GrowableArray((length) => new Int32Array(length)), 2, writeDate),
  reader: (data) => {
    const instants: BigInt64Array = data.values
    return (row) => (data.getValid(row) ? textOf(instants[row]!) : undefined)
  },
}

function writeDate(value: Json, values: GrowableArray<Int32Array | Float64Array>): boolean {
  const instant: Instant | undefined = typeof value === 'string' ? instantOf(value) : undefined
  if (instant === undefined) return false
  const micros = instant.millis * 1000 + instant.micros
  if (Number.isSafeInteger(micros)) pushHalves(values, micros)
  else pushBigInt(values, BigInt(instant.millis) * 1000n + BigInt(instant.micros))
  return instant.exact
}

const geoCoordinates = structOf(
  new Map([
    ['latitude', number],
    ['longitude', number],
  ]),
)

const phoneNumber = structOf(
  new Map([
    ['input', text],
    ['internationalFormatted', text],
    ['nationalFormatted', text],
    ['defaultCountry', text],
    ['countryCode', int],
    ['national', int],
    ['valid', boolean],
  ]),
)

const texts = listOf(text)

/** References as their beacons. */
const beacons: ColumnType = {
  type: texts.type,
  builder: () => {
    const builder = texts.builder()
    return {
      type: builder.type,
      get bytes() {
        return builder.bytes
      },
      put: (value) => builder.put(Array.isArray(value) ? value.map(beaconOf) : value) && isBeacons(value),
      take: () => builder.take(),
    }
  },
  reader: (data) => {
    const list = texts.reader(data)
    return (row) => (list(row) as string[] | undefined)?.map((beacon) => ({ beacon }))
  },
}

function beaconOf(reference: Json): Json {
  return isRecord(reference) ? (reference.beacon ?? null) : null
}

function isBeacons(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true
  return (
    Array.isArray(value) &&
    value.every((reference) => beaconOf(reference) !== null && Object.keys(reference as object).length === 1)
  )
}

const BASIC: Readonly<Record<string, ColumnType>> = {
  text,
  string: text,
  uuid: text,
  blobHash: text,
  int,
  number,
  boolean,
  date,
  blob,
  geoCoordinates,
  phoneNumber,
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
