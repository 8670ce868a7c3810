import type { Json, JsonObject } from '../object.ts'
import type { PropertySchema } from '../schema.ts'
import { isRecord } from './record.ts'

/** Changes one value; returns the same value if there is nothing to change. */
export type ValueChange = (value: Json) => Json

/** Changes by data type; values of other types stay. */
export type ValueChanges = Readonly<Record<string, ValueChange>>

/**
 * Makes a function that changes the values of an object by their data types, including those in lists and
 * nested objects. It returns the same object if nothing changes, otherwise a copy. Undefined if no property
 * has such a type.
 */
export function valueMapper(
  properties: readonly PropertySchema[],
  changes: ValueChanges,
): ((properties: JsonObject) => JsonObject) | undefined {
  return insideOf(properties, changes) as ((properties: JsonObject) => JsonObject) | undefined
}

function insideOf(properties: readonly PropertySchema[], changes: ValueChanges): ValueChange | undefined {
  const special = properties.flatMap((property) => {
    const change = changeOf(property, changes)
    return change === undefined ? [] : [{ name: property.name, change }]
  })
  if (special.length === 0) return undefined
  return (value) => {
    if (!isRecord(value)) return value
    let values: JsonObject | undefined
    for (const { name, change } of special) {
      const before = Object.hasOwn(value, name) ? value[name]! : null
      const after = before === null || before === undefined ? before : change(before)
      if (Object.is(after, before)) continue
      values ??= { ...value }
      values[name] = after
    }
    return values ?? value
  }
}

function changeOf(
  { dataType, nestedProperties }: PropertySchema,
  changes: ValueChanges,
): ValueChange | undefined {
  const [type = ''] = dataType
  const elementType = type.replace('[]', '')
  const change =
    elementType === 'object'
      ? insideOf((nestedProperties ?? []) as PropertySchema[], changes)
      : changes[elementType]
  if (change === undefined || type === elementType) return change
  return (value) => {
    if (!Array.isArray(value)) return value
    const after = value.map(change)
    return after.every((one, at) => Object.is(one, value[at])) ? value : after
  }
}
