import type { Json, JsonObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { isRecord } from '../../core/value/record.ts'

/** A setting that differs from the requested one. */
export interface SchemaDifference {
  /** `properties.title.indexFilterable`. */
  readonly path: string
  readonly wanted: Json
  /** Absent if the store dropped the setting, as older servers do with unknown ones. */
  readonly got?: Json
}

/**
 * Compares the class that a store created with the requested one, and returns what the store dropped or changed.
 * Additions by the store, mostly defaults, do not count. An absent value equals an empty text, list or object, and a
 * setting that is switched off if the store does not know it.
 */
export function schemaDifferences(wanted: CollectionSchema, got: CollectionSchema): SchemaDifference[] {
  return [...differences(wanted as unknown as Json, got as unknown as Json, [])]
}

function* differences(wanted: Json, got: Json | undefined, path: string[]): Generator<SchemaDifference> {
  if (isNothing(wanted) && isNothing(got)) return
  if (got === undefined && isOff(wanted)) return
  if (isRecord(wanted) && isRecord(got)) {
    for (const [key, value] of Object.entries(wanted)) yield* differences(value, got[key], [...path, key])
  } else if (isNamed(wanted) && Array.isArray(got)) {
    for (const entry of wanted) yield* differences(entry, namesake(got, entry), [...path, String(entry.name)])
  } else if (JSON.stringify(wanted) !== JSON.stringify(got)) {
    yield { path: path.join('.'), wanted, ...(got !== undefined && { got }) }
  }
}

function isNothing(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/** `false`, or settings that declare themselves disabled. */
function isOff(value: Json): boolean {
  return value === false || (isRecord(value) && value.enabled === false)
}

/** A list of properties. */
function isNamed(value: Json): value is JsonObject[] {
  return Array.isArray(value) && value.every((one) => isRecord(one) && typeof one.name === 'string')
}

function namesake(list: readonly Json[], { name }: JsonObject): Json | undefined {
  return list.find((one) => isRecord(one) && one.name === name)
}
