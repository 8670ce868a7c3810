import { type CollectionSchema, type PropertySchema, propertiesIn } from '../../core/schema.ts'
import type { TypedValue } from '../expression/types.ts'
import { checkValue } from '../filter/check.ts'
import { parseValue } from '../filter/parse.ts'
import { Refusal, type Transform } from '../transform.ts'
import { eachObject, removeProperty } from './eachObject.ts'
import { assignment, requireName, stageFault, withProperties } from './property.ts'
import { requireNoExpiry } from './propertyNames.ts'
import { ofType } from './type.ts'
import { nameErrors, refuseUncomputable } from './where.ts'

/**
 * Sets a property to the value of an expression; a new property is added at the end of the class. `text`:
 * `slug=lower(title)`. The property's type follows the expression. SPEC.md, "Expressions".
 */
export function setProperty(text: string): Transform {
  const [property, expression] = assignment(`set ${text}`, text, "name=trim(first || ' ' || last)")
  const name = `set ${property}=${expression}`
  if (property.includes('.')) {
    throw stageFault(
      name,
      'an expression gives a whole property its value, and not what is in an object',
      '--drop, --map, --convert and --mask take paths like meta.author; a --script sets what is inside',
    )
  }
  requireName(name, property)
  const parsed = nameErrors(name, () => parseValue(expression))
  return {
    name,
    bind(before) {
      const value = nameErrors(name, () => checkValue(parsed, before, expression))
      const after = propertyAfter(name, property, value, before)
      if (after.dataType[0] !== 'date') requireNoExpiry(name, before, property)
      const { read } = value
      const isDouble = after.dataType[0] === 'number'
      return eachObject(name, {
        schema: withProperties(before, placed(after, before)),
        touches: [property],
        change: (draft) => {
          const made = refuseUncomputable(() => read(draft))
          if (made instanceof Refusal) return made
          if (made === undefined || made === null) removeProperty(draft.properties, property)
          else draft.properties[property] = isDouble && typeof made === 'bigint' ? Number(made) : made
          return 'kept'
        },
      })
    },
  }
}

/** The properties with this one in the place of the property that it replaces, or last. */
function placed(property: PropertySchema, schema: CollectionSchema): PropertySchema[] {
  const properties = propertiesIn(schema)
  const isThere = properties.some(({ name }) => name === property.name)
  if (!isThere) return [...properties, property]
  return properties.map((one) => (one.name === property.name ? property : one))
}

/** The property once its values are set: an int fits into a number; any other value determines the property's type. */
function propertyAfter(
  stage: string,
  name: string,
  { type, list }: TypedValue,
  schema: CollectionSchema,
): PropertySchema {
  const { class: collection } = schema
  const there = propertiesIn(schema).find((one) => one.name === name)
  if (type === 'null') {
    if (there !== undefined) return there
    throw stageFault(stage, `${collection} has no property ${name}, and NULL has no type`, 'leave it out')
  }
  const dataType = `${type}${list ? '[]' : ''}`
  if (there === undefined) return { name, dataType: [dataType] }
  const [before = ''] = there.dataType
  const isSame =
    before === dataType || (before === 'number' && dataType === 'int') || isText(before, dataType)
  return isSame ? there : ofType(there, dataType)
}

/** True if `before` is an older name of the same text type. */
function isText(before: string, now: string): boolean {
  return before.replace('string', 'text') === now
}
