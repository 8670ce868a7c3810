import type { Json, JsonObject } from '../../core/object.ts'
import { type CollectionSchema, isReference, type PropertySchema } from '../../core/schema.ts'
import { isRecord } from '../../core/value/record.ts'
import { basicFault, type TypeFault } from './typeFaults.ts'

/** What is wrong with an object's properties, in the words of a Weaviate server; undefined if nothing is. */
export type TypeCheck = (properties: JsonObject) => string | undefined

/**
 * Makes the check of one collection's properties: each must be in the schema and have its data type. Null counts as
 * absent. Made once for a schema; then it takes some tens of nanoseconds a property.
 * @see https://docs.weaviate.io/weaviate/config-refs/datatypes
 */
export function typeCheck(schema: CollectionSchema): TypeCheck {
  const checks = new Map(
    (schema.properties ?? []).map((property) => [property.name, checkOf(schema, property)]),
  )
  return (properties) => {
    for (const name in properties) {
      const value = properties[name]
      if (value === null || value === undefined) continue
      const check = checks.get(name)
      if (check === undefined) return unknownProperty(name, schema.class)
      const reason = check(value)
      if (reason !== undefined) return reason
    }
    return undefined
  }
}

function unknownProperty(name: string, className: string): string {
  return `no such prop with name '${name}' found in class '${className}' in the schema. Check your schema files for which properties in this class are available`
}

/** The message for a reference that came with its object. */
export function referenceFault(name: string, className: string): string {
  return `invalid reference property '${name}' on class '${className}': references are added by a link, never written`
}

function checkOf(schema: CollectionSchema, property: PropertySchema): TypeFault {
  if (isReference(property)) return () => referenceFault(property.name, schema.class)
  const type = property.dataType[0] ?? 'text'
  const fault = faultOf(type, property)
  const label = LABELS[type] ?? type
  return (value) => {
    const reason = fault(value)
    if (reason === undefined) return undefined
    return `invalid ${label} property '${property.name}' on class '${schema.class}': ${reason}`
  }
}

function faultOf(type: string, property: PropertySchema): TypeFault {
  if (type === 'object') return nestedFault(property)
  if (type === 'object[]') return each('object', nestedFault(property))
  if (type.endsWith('[]')) return each(LABELS[type.slice(0, -2)] ?? type, basicFault(type.slice(0, -2)))
  return basicFault(type)
}

const LABELS: Readonly<Record<string, string>> = {
  text: 'text',
  string: 'text',
  int: 'integer',
  number: 'number',
  boolean: 'boolean',
  date: 'date',
  uuid: 'uuid',
  geoCoordinates: 'geoCoordinates',
  phoneNumber: 'phoneNumber',
  blob: 'blob',
  blobHash: 'blob',
  object: 'object',
  'text[]': 'text array',
  'string[]': 'text array',
  'int[]': 'integer array',
  'number[]': 'number array',
  'boolean[]': 'boolean array',
  'date[]': 'date array',
  'uuid[]': 'uuid array',
  'object[]': 'object array',
}

function each(label: string, fault: TypeFault): TypeFault {
  return (value) => {
    if (!Array.isArray(value)) return `not a ${label} array, but ${typeof value}`
    for (let at = 0; at < value.length; at += 1) {
      const reason = fault(value[at] as Json)
      if (reason !== undefined) return `invalid ${label} array value at position ${at}: ${reason}`
    }
    return undefined
  }
}

function nestedFault(property: PropertySchema): TypeFault {
  const nested = (property.nestedProperties ?? []) as readonly PropertySchema[]
  const faults = new Map(nested.map((inner) => [inner.name, faultOf(inner.dataType[0] ?? 'text', inner)]))
  return (value) => {
    if (!isRecord(value)) return `not an object, but ${typeof value}`
    for (const [name, inner] of Object.entries(value)) {
      if (inner === null) continue
      const fault = faults.get(name)
      if (fault === undefined) return `unknown property '${property.name}.${name}'`
      const reason = fault(inner)
      if (reason !== undefined) return `property '${property.name}.${name}': ${reason}`
    }
    return undefined
  }
}
