import type { JsonObject, StoredObject, Vector } from '../../core/object.ts'
import { isRecord } from '../../core/value/record.ts'
import { isUuid } from '../../core/value/uuid.ts'
import { isFiniteVector } from '../../core/value/vector.ts'
import { plainJson } from './plainJson.ts'

/** What a script made of one object, as it crosses from its thread. */
export type Answer =
  | { readonly kind: 'same' }
  | { readonly kind: 'filtered' }
  | { readonly kind: 'changed'; readonly object: ChangedObject }
  | { readonly kind: 'several'; readonly objects: readonly ChangedObject[] }
  | { readonly kind: 'failed'; readonly reason: string }

/** What a script gave of an object. A vector that is absent stays, of one object of several there is none; null drops it. */
export interface ChangedObject {
  readonly id: string
  readonly properties: JsonObject
  readonly vector?: Float32Array | null
  readonly vectors?: Readonly<Record<string, Vector>> | null
}

/**
 * What a script says of ids, `export const ids = …`: that it keeps them, so that of an object at most itself comes; or
 * that it may change them. Where it says nothing, an object keeps its id, and an array may have others.
 */
export type ScriptIds = 'kept' | 'changed' | undefined

export interface AnswerRules {
  readonly ids: ScriptIds
}

const SAME: Answer = { kind: 'same' }
const FILTERED: Answer = { kind: 'filtered' }
const FIELDS = new Set(['id', 'properties', 'vector', 'vectors', 'tenant', 'createdMs', 'updatedMs'])

/**
 * Judges what a script returned for an object: what is no object, or not what may cross, is a failure that says why.
 * `given` is what the script got, `before` what it was made of.
 */
export function answerOf(
  returned: unknown,
  given: unknown,
  before: StoredObject,
  rules: AnswerRules,
): Answer {
  if (returned === given) return SAME
  if (returned === null) return FILTERED
  try {
    if (Array.isArray(returned)) return severalOf(returned, before, rules)
    const object = changedObject(returned, before, 'it returned')
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
    changedObject(one, before, `object ${at + 1} of its array is`, true),
  )
  const ids = new Set<string>()
  for (const { id } of objects) {
    if (ids.has(id)) throw new Error(`its array has two objects with the id ${id}`)
    ids.add(id)
  }
  return { kind: 'several', objects }
}

/** @throws Error with the reason as its message */
function changedObject(value: unknown, before: StoredObject, what: string, needsId = false): ChangedObject {
  if (!isRecord(value)) throw new Error(`${what} ${nameOf(value)}, no object`)
  const { id = needsId ? undefined : before.id, tenant = before.tenant, properties, vector, vectors } = value
  const strange = Object.keys(value).find((key) => !FIELDS.has(key))
  if (strange !== undefined)
    throw new Error(`it returned the unknown field ${strange}: values belong into properties`)
  if (id === undefined) throw new Error('an object of its array has no id')
  if (typeof id !== 'string' || !isUuid(id)) {
    throw new Error(`the id that it returned is no UUID in lower case: ${shown(id)}`)
  }
  if (tenant !== before.tenant) throw new Error('it returned another tenant')
  if (!isRecord(properties))
    throw new Error(`the properties that it returned are ${nameOf(properties)}, no object`)
  return {
    id,
    properties: plainJson(properties, 'properties') as JsonObject,
    ...(vector !== undefined && { vector: vectorOf(vector, 'vector') }),
    ...(vectors !== undefined && { vectors: vectorsOf(vectors) }),
  }
}

function vectorOf(value: unknown, name: string): Float32Array | null {
  if (value === null) return null
  const vector = value instanceof Float32Array ? value : floatsOf(value)
  if (vector === undefined) throw new Error(`${name} is ${nameOf(value)}, no list of numbers`)
  if (vector.length === 0) throw new Error(`${name} has no numbers; null drops a vector`)
  if (!isFiniteVector(vector)) throw new Error(`${name} holds a number that is not finite as a float32`)
  return vector
}

function floatsOf(value: unknown): Float32Array | undefined {
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'number')) return undefined
  return Float32Array.from(value)
}

function vectorsOf(value: unknown): Readonly<Record<string, Vector>> | null {
  if (value === null) return null
  if (!isRecord(value)) throw new Error(`vectors is ${nameOf(value)}, no object`)
  const named = Object.entries(value).flatMap(([name, one]): [string, Vector][] => {
    const path = `vectors.${name}`
    if (one === null || one === undefined) return []
    const isMulti = Array.isArray(one) && one.length > 0 && typeof one[0] !== 'number'
    return [[name, isMulti ? rowsOf(one, path) : (vectorOf(one, path) as Float32Array)]]
  })
  return named.length === 0 ? null : Object.fromEntries(named)
}

function rowsOf(rows: readonly unknown[], path: string): Float32Array[] {
  return rows.map((row, at) => {
    const vector = vectorOf(row, `${path}[${at}]`)
    if (vector === null) throw new Error(`${path}[${at}] is null`)
    return vector
  })
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : nameOf(value)
}

/** What a value is, in words. */
export function nameOf(value: unknown): string {
  if (value === undefined) return 'nothing (undefined; null leaves an object out)'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value !== 'object') return `a ${typeof value}`
  const name = (value.constructor as { name?: string } | undefined)?.name ?? ''
  return name === '' || name === 'Object' ? 'an object' : `a ${name}`
}

/** The object that an answer makes of the one that was asked about. */
export function applied(
  before: StoredObject,
  { id, properties, vector, vectors }: ChangedObject,
): StoredObject {
  const { vector: own, vectors: named, ...rest } = before
  const one = vector === undefined ? own : vector
  const all = vectors === undefined ? named : vectors
  return { ...rest, id, properties, ...(one && { vector: one }), ...(all && { vectors: all }) }
}

/** One object of several: it has what the script gave it, and the tenant of the one that it was made of. */
export function added(
  { tenant }: StoredObject,
  { id, properties, vector, vectors }: ChangedObject,
): StoredObject {
  return {
    id,
    properties,
    ...(vector && { vector }),
    ...(vectors && { vectors }),
    ...(tenant !== undefined && { tenant }),
  }
}
