import type { JsonObject, StoredObject } from '../../core/object.ts'
import { isRecord } from '../../core/value/record.ts'
import { isUuid } from '../../core/value/uuid.ts'
import { type ChangedObject, withoutUnchanged } from './applyAnswer.ts'
import { nameOf } from './nameOf.ts'
import { plainJson, requirePlain } from './plainJson.ts'
import { vectorOf, vectorsOf } from './vectors.ts'

/** A script's result for one object, as it comes from its thread. */
export type Answer =
  | { readonly kind: 'same' }
  | { readonly kind: 'filtered' }
  | { readonly kind: 'changed'; readonly object: ChangedObject }
  | { readonly kind: 'several'; readonly objects: readonly ChangedObject[] }
  | { readonly kind: 'failed'; readonly reason: string }

/**
 * A script's declaration about ids, `export const ids = …`: it keeps them, so at most the object itself is returned;
 * or it may change them. Without it, a single object keeps its id, and the objects of an array may have others.
 */
export type ScriptIds = 'kept' | 'changed' | undefined

interface AnswerRules {
  readonly ids: ScriptIds
}

const SAME: Answer = { kind: 'same' }
const FILTERED: Answer = { kind: 'filtered' }
const FIELDS = new Set(['id', 'properties', 'vector', 'vectors', 'tenant', 'createdMs', 'updatedMs'])

/** Checks what a script returned for an object; an invalid object or value becomes a failure with the reason. */
export function answerOf(returned: unknown, before: StoredObject, rules: AnswerRules): Answer {
  if (returned === before) return SAME
  if (returned === null) return FILTERED
  try {
    if (Array.isArray(returned)) return severalOf(returned, before, rules)
    const object = plain(withoutUnchanged(changedObject(returned, before, 'it returned'), before))
    if (object.id !== before.id && rules.ids !== 'changed') throw new Error(changedId(object.id))
    return { kind: 'changed', object }
  } catch (error) {
    return { kind: 'failed', reason: (error as Error).message }
  }
}

function changedId(id: string): string {
  return `it returned another id, ${id}: a script that means to says \`export const ids = 'changed'\``
}

function severalOf(returned: readonly unknown[], before: StoredObject, rules: AnswerRules): Answer {
  if (returned.length === 0) return FILTERED
  if (rules.ids === 'kept') throw new Error('it returned an array, and says that it keeps ids')
  const objects = returned.map((one, at) =>
    plain(changedObject(one, before, `object ${at + 1} of its array is`, true)),
  )
  const ids = new Set<string>()
  for (const { id } of objects) {
    if (ids.has(id)) throw new Error(`its array has two objects with the id ${id}`)
    ids.add(id)
  }
  return { kind: 'several', objects }
}

/** @throws Error with the reason as its message */
function changedObject(
  value: unknown,
  before: StoredObject,
  subject: string,
  needsId = false,
): ChangedObject {
  if (!isRecord(value)) throw new Error(`${subject} ${nameOf(value)}, not an object`)
  const { id = needsId ? undefined : before.id, tenant = before.tenant, properties, vector, vectors } = value
  const strange = Object.keys(value).find((key) => !FIELDS.has(key))
  if (strange !== undefined)
    throw new Error(`it returned the unknown field ${strange}: values belong in properties`)
  if (id === undefined) throw new Error('an object of its array has no id')
  if (typeof id !== 'string' || !isUuid(id)) {
    throw new Error(`the id that it returned is not a UUID in lower case: ${quoteValue(id)}`)
  }
  if (tenant !== before.tenant) throw new Error('it returned another tenant')
  if (!isRecord(properties))
    throw new Error(`the properties that it returned are ${nameOf(properties)}, not an object`)
  requirePlain(properties, 'properties')
  return {
    id,
    properties: properties as JsonObject,
    ...(vector !== undefined && { vector: vectorOf(vector, 'vector') }),
    ...(vectors !== undefined && { vectors: vectorsOf(vectors) }),
  }
}

function plain(object: ChangedObject): ChangedObject {
  return { ...object, properties: plainJson(object.properties, 'properties') as JsonObject }
}

function quoteValue(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : nameOf(value)
}
