import { deserialize, serialize } from 'node:v8'
import type { Json, StoredObject } from '../../core/object.ts'
import type { Answer } from './answer.ts'
import type { ChangedObject } from './applyAnswer.ts'

/**
 * A page of objects for the thread. Objects with the same fields and properties cross as one list of values: the names of
 * all of them would take as long again. Others, and vectors, cross as bytes, since cloning a vector would copy the
 * whole buffer that it is part of; the bytes are copied: transferring them takes three times as long.
 */
export type PageMessage = { readonly bytes: Uint8Array } | UniformPage

/** The values of the fields of each object, then those of its properties. */
interface UniformPage {
  readonly fields: readonly string[]
  readonly names: readonly string[]
  readonly values: readonly unknown[]
}

/**
 * A page for the other thread: fields and values in flat lists if all objects have the same names and no vectors, which
 * is faster to clone; otherwise serialized.
 */
export function packedPage(objects: readonly StoredObject[]): PageMessage {
  return uniform(objects) ?? { bytes: serialize(objects) }
}

/** The objects of a packed page, in the same order. */
export function unpackedPage(page: PageMessage): readonly StoredObject[] {
  if ('bytes' in page) return deserialize(page.bytes) as readonly StoredObject[]
  const { fields, names, values } = page
  const objects: StoredObject[] = []
  for (let at = 0; at < values.length; ) {
    const object: Record<string, unknown> = {}
    for (const field of fields) object[field] = field === 'properties' ? undefined : values[at++]
    const properties: Record<string, unknown> = {}
    for (const name of names) properties[name] = values[at++]
    object.properties = properties
    objects.push(object as unknown as StoredObject)
  }
  return objects
}

/** Undefined if the objects differ in their names, or have vectors. */
function uniform(objects: readonly StoredObject[]): UniformPage | undefined {
  const [first] = objects
  if (first === undefined || 'vector' in first || 'vectors' in first) return undefined
  const fields = Object.keys(first)
  const names = Object.keys(first.properties)
  // An own property of that name can only be defined.
  if (names.includes('__proto__')) return undefined
  const values: unknown[] = []
  for (const object of objects) {
    if (!takesFields(object, fields, values) || !takesNames(object.properties, names, values))
      return undefined
  }
  return { fields, names, values }
}

function takesFields(object: StoredObject, fields: readonly string[], values: unknown[]): boolean {
  let at = 0
  for (const field in object) {
    if (field !== fields[at++]) return false
    if (field !== 'properties') values.push(object[field as keyof StoredObject])
  }
  return at === fields.length
}

function takesNames(
  properties: StoredObject['properties'],
  names: readonly string[],
  values: unknown[],
): boolean {
  let at = 0
  for (const name in properties) {
    if (name !== names[at++]) return false
    values.push(properties[name])
  }
  return at === names.length
}

/** An answer for the other thread: unchanged, filtered, only changed properties, or any other answer in a list. */
export type PackedAnswer = 0 | 1 | { readonly [name: string]: Json } | readonly [Answer]

/** Packs the answer for an object. */
export function packedAnswer(answer: Answer, { id }: StoredObject): PackedAnswer {
  if (answer.kind === 'same') return 0
  if (answer.kind === 'filtered') return 1
  return answer.kind === 'changed' && isOfProperties(answer.object, id) ? answer.object.properties : [answer]
}

/** The answer for an object, as it was packed. */
export function unpackedAnswer(packed: PackedAnswer, { id }: StoredObject): Answer {
  if (packed === 0) return { kind: 'same' }
  if (packed === 1) return { kind: 'filtered' }
  if (Array.isArray(packed)) return packed[0] as Answer
  return { kind: 'changed', object: { id, properties: packed as ChangedObject['properties'], gone: [] } }
}

/** True if only values of properties were changed or added. */
function isOfProperties({ id, gone, vector, vectors }: ChangedObject, before: string): boolean {
  return id === before && gone?.length === 0 && vector === undefined && vectors === undefined
}
