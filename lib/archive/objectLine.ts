import { ElysiaError } from '../errors.ts'
import type { Json, JsonObject, StoredObject, Vector } from '../object.ts'

/**
 * The texts of the last few objects, without closing brace and times: each is wanted for size, digest and line, one
 * shortly after the other. (A WeakMap would hold all of them until the next collection of the old space, 130 MB.)
 */
const heads = new Map<StoredObject, string>()
const HEADS_KEPT = 128

/**
 * An object as one JSON text, without a newline: `{id, tenant?, properties, vector?, vectors?, created_ms?,
 * updated_ms?}`, vectors in base64 of little-endian float32. Equal objects have equal texts but for their
 * times: keys are sorted, null properties are left out.
 * @throws ElysiaError ELYSIA_STORE for a vector with a number that is not finite
 */
export function objectText(object: StoredObject): string {
  const { createdMs, updatedMs } = object
  const created = createdMs === undefined ? '' : `,"created_ms":${createdMs}`
  const updated = updatedMs === undefined ? '' : `,"updated_ms":${updatedMs}`
  return `${headOf(object)}${created}${updated}}`
}

/** All of an object that a restore brings back, as one text: what its digest is made of. */
export function identityText(object: StoredObject): string {
  return `${headOf(object)}}`
}

/** The same object with its vectors as numbers, the fewest digits that read back as the same float32. */
export function readableText({ vector, vectors, ...rest }: StoredObject): string {
  const text = objectText(rest)
  const numbers = vector === undefined ? '' : `,"vector":${numberText(vector)}`
  const named = vectors === undefined ? '' : `,"vectors":${namedText(vectors, numberText)}`
  return `${text.slice(0, -1)}${numbers}${named}}`
}

function headOf(object: StoredObject): string {
  let head = heads.get(object)
  if (head === undefined) {
    head = headText(object)
    heads.set(object, head)
    if (heads.size > HEADS_KEPT) heads.delete(heads.keys().next().value!)
  }
  return head
}

function headText(object: StoredObject): string {
  const { id, tenant, properties, vector, vectors } = object
  requireFinite(object)
  let text = `{"id":"${id}"`
  if (tenant !== undefined) text += `,"tenant":${JSON.stringify(tenant)}`
  text += `,"properties":${propertiesText(properties)}`
  if (vector !== undefined) text += `,"vector":${base64Text(vector)}`
  if (vectors !== undefined) text += `,"vectors":${namedText(vectors, base64Text)}`
  return text
}

/** Canonical JSON of properties: keys sorted by UTF-16 code units, nulls left out at every depth. */
export function propertiesText(properties: JsonObject): string {
  let text = '{'
  for (const key of Object.keys(properties).sort()) {
    const value = properties[key] as Json
    if (value === null || value === undefined) continue
    text += `${text.length === 1 ? '' : ','}${JSON.stringify(key)}:${valueText(value)}`
  }
  return `${text}}`
}

function valueText(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (!Array.isArray(value)) return propertiesText(value)
  return typeof value[0] === 'object' ? `[${value.map(valueText).join(',')}]` : JSON.stringify(value)
}

function namedText(vectors: Readonly<Record<string, Vector>>, write: (vector: Vector) => string): string {
  const names = Object.keys(vectors).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${write(vectors[name]!)}`).join(',')}}`
}

function base64Text(vector: Vector): string {
  return vector instanceof Float32Array ? `"${base64(vector)}"` : `[${vector.map(base64Text).join(',')}]`
}

/** Node runs on little-endian machines only, so the bytes in memory are the ones that the format wants. */
function base64(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
}

function numberText(vector: Vector): string {
  return `[${vector instanceof Float32Array ? Array.from(vector, shortest).join(',') : vector.map(numberText).join(',')}]`
}

const SMALLEST_NORMAL = 2 ** -126

/** The decimal with the fewest digits that reads back as the same 32-bit float, as JSON. */
export function shortest(float: number): string {
  if (Object.is(float, -0)) return '-0'
  for (let digits = Math.abs(float) < SMALLEST_NORMAL ? 1 : 6; digits < 9; digits++) {
    const decimal = Number(float.toPrecision(digits))
    if (Math.fround(decimal) === float) return String(decimal)
  }
  return String(Number(float.toPrecision(9)))
}

function requireFinite({ id, vector, vectors }: StoredObject): void {
  if (vector !== undefined && !allFinite(vector)) throw notFinite(id, 'its vector')
  for (const [name, one] of Object.entries(vectors ?? {})) {
    if (!allFinite(one)) throw notFinite(id, `its vector ${name}`)
  }
}

function allFinite(vector: Vector): boolean {
  if (!(vector instanceof Float32Array)) return vector.every(allFinite)
  // A sum is finite only where all its terms are; in doubles float32s cannot overflow to infinity.
  let sum = 0
  for (let index = 0; index < vector.length; index++) sum += vector[index]!
  return Number.isFinite(sum)
}

function notFinite(id: string, which: string): ElysiaError {
  return new ElysiaError('ELYSIA_STORE', `object ${id}: ${which} holds NaN or infinity`, {
    hint: 'write a finite vector to this object, or leave vectors out with --no-vectors',
  })
}
