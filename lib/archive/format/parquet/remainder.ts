import { ElysiaError } from '../../../core/errors.ts'
import { parseExact } from '../../../core/exactJson.ts'
import type { Json, JsonObject, StoredObject, Vector } from '../../../core/object.ts'
import { OBJECT_BOUNDS, requireReadableDepth, requireReadableObject } from '../../object/bounds.ts'
import { objectText } from '../../object/lineWriter.ts'
import { objectOf } from '../../object/parse.ts'

/**
 * The part of an object that columns do not hold exactly, as a JSON line: whole properties, and vectors by name, `''`
 * for the unnamed one.
 * @throws ElysiaError ELYSIA_STORE for a number that JSON cannot express, and if a reader would refuse the line
 */
export function restText(
  id: string,
  properties: JsonObject,
  vectors: Readonly<Record<string, Vector>>,
): string {
  requireReadableDepth({ id, properties })
  for (const name of Object.keys(properties)) {
    if (!isJson(properties[name]!)) throw notFinite(id, name)
  }
  const { '': vector, ...named } = vectors
  const text = objectText({
    id,
    properties,
    ...(vector instanceof Float32Array && { vector }),
    ...(Object.keys(named).length > 0 && { vectors: named }),
  })
  requireReadableObject(id, text)
  return text
}

function isJson(value: Json): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  return Object.values(value).every(isJson)
}

function notFinite(id: string, name: string): ElysiaError {
  return new ElysiaError('ELYSIA_STORE', `object ${id}: its property ${name} holds NaN or infinity`, {
    hint: 'write a finite number to this object',
  })
}

/** An object with the values of its `_rest` added. Throws an Error with the reason if `_rest` is malformed. */
export function withRest(object: StoredObject, text: string): StoredObject {
  const { id, properties, vector, vectors } = objectOf(parseExact(text, OBJECT_BOUNDS))
  if (id !== object.id) throw new Error(`object ${object.id} has the rest of ${id}`)
  return {
    ...object,
    properties: { ...object.properties, ...properties },
    ...(vector !== undefined && { vector }),
    ...(vectors !== undefined && { vectors: { ...object.vectors, ...vectors } }),
  }
}
