import { exactJson } from '../../core/exactJson.ts'
import type { Json, JsonObject, StoredObject, Vector } from '../../core/object.ts'
import { shortestDecimal } from '../../core/value/float32.ts'
import { requireFiniteVectors } from './finiteVectors.ts'

/**
 * An object in the form of objectText, but with its vectors as numbers: the fewest digits that read back as the same
 * float32.
 * @throws ElysiaError ELYSIA_STORE for a vector with a number that is not finite
 */
export function readableText(object: StoredObject): string {
  const { vector, vectors } = object
  requireFiniteVectors(object)
  const unnamed = vector === undefined ? '' : `,"vector":${numberText(vector)}`
  const named = vectors === undefined ? '' : `,"vectors":${namedText(vectors)}`
  return `${headText(object)}${timesText(object)}${unnamed}${named}}`
}

/** The beginning of a line, up to the vectors. */
export function headText({ id, tenant, properties }: StoredObject): string {
  const of = tenant === undefined ? '' : `,"tenant":${JSON.stringify(tenant)}`
  return `{"id":"${id}"${of},"properties":${propertiesText(properties)}`
}

/** The end of a line, after the vectors: creation and update times in milliseconds, if known. */
export function timesText({ createdMs, updatedMs }: StoredObject): string {
  const created = createdMs === undefined ? '' : `,"created_ms":${createdMs}`
  const updated = updatedMs === undefined ? '' : `,"updated_ms":${updatedMs}`
  return `${created}${updated}`
}

/** Canonical JSON of properties: keys sorted by UTF-16 code units, nulls omitted at every depth. */
function propertiesText(properties: JsonObject): string {
  let text = '{'
  for (const key of sortedKeys(properties)) {
    const value = properties[key] as Json
    if (value === null || value === undefined) continue
    text += `${text.length === 1 ? '' : ','}${keyText(key)}${valueText(value)}`
  }
  return `${text}}`
}

let lastKeys: readonly string[] = []
let lastSorted: readonly string[] = []

/** Objects of a class mostly have their keys in the same order, so the last sorting is reused. */
function sortedKeys(properties: JsonObject): readonly string[] {
  const keys = Object.keys(properties)
  if (keys.length !== lastKeys.length || keys.some((key, at) => key !== lastKeys[at])) {
    lastKeys = keys
    lastSorted = keys.toSorted()
  }
  return lastSorted
}

/** Property names are the same in every object of a class. */
const keyTexts = new Map<string, string>()
const MOST_KEYS = 1000

/** A key of an object, with its colon. */
export function keyText(key: string): string {
  const known = keyTexts.get(key)
  if (known !== undefined) return known
  if (keyTexts.size >= MOST_KEYS) keyTexts.clear()
  const text = `${JSON.stringify(key)}:`
  keyTexts.set(key, text)
  return text
}

/** Canonical JSON of a value, by the rules of `propertiesText`. */
export function valueText(value: Json): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'boolean' || Number.isInteger(value)) return Object.is(value, -0) ? '-0' : `${value}`
  if (typeof value !== 'object' || value === null) return exactJson(value)
  if (!Array.isArray(value)) return propertiesText(value)
  return typeof value[0] === 'object' ? `[${value.map(valueText).join(',')}]` : exactJson(value)
}

function namedText(vectors: Readonly<Record<string, Vector>>): string {
  const names = Object.keys(vectors).sort()
  return `{${names.map((name) => `${JSON.stringify(name)}:${numberText(vectors[name]!)}`).join(',')}}`
}

/** The decimal with the fewest digits that reads back as the same float32, as JSON. */
export function shortestFloat32(float: number): string {
  return Object.is(float, -0) ? '-0' : String(shortestDecimal(float))
}

function numberText(vector: Vector): string {
  return `[${vector instanceof Float32Array ? Array.from(vector, shortestFloat32).join(',') : vector.map(numberText).join(',')}]`
}
