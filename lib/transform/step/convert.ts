import type { ObjectDraft } from '../../core/object.ts'
import { Refusal, type Transform } from '../transform.ts'
import { type Conversion, conversion, SCALARS, type ScalarType } from '../value/conversion.ts'
import { eachObject, removeProperty } from './eachObject.ts'
import { insideProperty, propertyPath } from './insideProperty.ts'
import { propertyOf, stageFault, withProperties } from './property.ts'
import { requireNoExpiry } from './propertyNames.ts'
import { ofType } from './type.ts'

/** What to do with an object whose value has no equal in the new type. */
export type OnConvertError = 'reject' | 'null' | 'keep'

const TEXT = /^([^:\s]+)\s*:\s*([a-z]+(?:\[\])?)(?:\s+else\s+(reject|null|keep))?$/

/**
 * Changes the type of a property, in the class and in each object: values are converted exactly, or not at all.
 * `text`: `size:int`, or with a rule for values without an equal in that type, `size:int else null`; `meta.size:int`
 * is a nested property. SPEC.md, "Transforms", has the table.
 */
export function convertProperty(text: string, otherwise: OnConvertError = 'reject'): Transform {
  const [, property = '', type = '', own] = TEXT.exec(text.trim()) ?? []
  const onError = (own ?? otherwise) as OnConvertError
  const short = `convert ${property}:${type}`
  const name = onError === 'reject' ? short : `${short} else ${onError}`
  if (!SCALARS.includes(type.replace('[]', '') as ScalarType)) {
    throw stageFault(
      `convert ${text}`,
      'it names no property and type',
      `for example: size:int; types are ${SCALARS.join(', ')}, and lists of them: text[]`,
    )
  }
  const place = propertyPath(property)
  return insideProperty(name, place.holder, convertOwn({ name, property: place.name, type, onError }))
}

interface ConvertContext {
  readonly name: string
  readonly property: string
  readonly type: string
  readonly onError: OnConvertError
}

function convertOwn({ name, property, type, onError }: ConvertContext): Transform {
  return {
    name,
    bind(before) {
      const declared = propertyOf(name, before, property)
      const from = declared.dataType[0] ?? ''
      const convert = conversion(from, type)
      if (convert === undefined) {
        const hint = from === 'int' || from === 'number' ? HINT_OF_NUMBERS : HINT
        throw stageFault(name, `${property} is of type ${from}, and none of its values is a ${type}`, hint)
      }
      if (type !== 'date') requireNoExpiry(name, before, property)
      const properties = (before.properties ?? []).map((one) => (one === declared ? ofType(one, type) : one))
      return eachObject(name, {
        schema: withProperties(before, properties),
        touches: [property],
        change: changeFor(property, convert, onError),
      })
    },
  }
}

const HINT = 'SPEC.md, "Transforms", has the table of what becomes what'
const HINT_OF_NUMBERS = `${HINT}; --set with to_date() makes a date of milliseconds since 1970`

function changeFor(property: string, convert: Conversion, onError: OnConvertError) {
  return ({ properties }: ObjectDraft) => {
    const value = properties[property]
    if (value === undefined || value === null) return 'kept' as const
    const made = convert(value)
    if (!('fault' in made)) properties[property] = made.value
    else if (onError === 'reject') return new Refusal(made.fault)
    else if (onError === 'null') removeProperty(properties, property)
    return 'kept' as const
  }
}
