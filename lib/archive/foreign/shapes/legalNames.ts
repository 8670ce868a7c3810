import type { Json, JsonObject } from '../../../core/object.ts'
import { isRecord } from '../../../core/value/record.ts'
import type { ForeignChanges } from '../changes.ts'
import { PlainFault } from '../plainFault.ts'
import { legalName, propertyName } from '../propertyName.ts'

/** Renames fields to valid property names, at all depths. @throws PlainFault if two fields would get the same name */
export function withLegalNames(fields: JsonObject, changes: ForeignChanges): JsonObject {
  return renamed(fields, propertyName, changes)
}

function renamed(fields: JsonObject, nameOf: (field: string) => string, changes: ForeignChanges): JsonObject {
  const properties: JsonObject = {}
  for (const [field, value] of Object.entries(fields)) {
    const name = nameOf(field)
    if (name !== field) changes.note('names')
    if (Object.hasOwn(properties, name))
      throw new PlainFault('invalid_value', `two of its fields would be the property ${name}`)
    properties[name] = nested(value, changes)
  }
  return properties
}

function nested(value: Json, changes: ForeignChanges): Json {
  if (Array.isArray(value)) return value.some(isRecord) ? value.map((one) => nested(one, changes)) : value
  return isRecord(value) ? renamed(value, legalName, changes) : value
}
