import type { Json, JsonObject } from '../../core/object.ts'
import type { PropertySchema } from '../../core/schema.ts'
import { Refusal, type Transform } from '../transform.ts'
import { eachObject } from './eachObject.ts'
import { propertyOf, stageFault, withProperties } from './property.ts'

const OBJECT = /^object(\[\])?$/

/** The path to the holder of a property, and the property's name: `meta.author` is author in meta. */
export function propertyPath(property: string): {
  readonly holder: readonly string[]
  readonly name: string
} {
  const names = property.split('.')
  return { holder: names.slice(0, -1), name: names.at(-1) ?? '' }
}

/**
 * Applies a transform to a nested property: `inner` sees each object at that path, single or in a list, as an object
 * of a class of its own. If it refuses one, the whole object is refused. Values that are not objects stay, for the
 * store to refuse.
 */
export function insideProperty(name: string, holder: readonly string[], inner: Transform): Transform {
  const [outer, ...deeper] = holder
  if (outer === undefined) return inner
  const step = insideProperty(name, deeper, inner)
  return {
    name,
    ...(inner.sha256 !== undefined && { sha256: inner.sha256 }),
    bind(before) {
      const declared = propertyOf(name, before, outer)
      const [type = ''] = declared.dataType
      if (!OBJECT.test(type))
        throw stageFault(
          name,
          `${outer} is of type ${type}: there is nothing in it`,
          'only object and object[] have properties',
        )
      const nested = (declared.nestedProperties ?? []) as readonly PropertySchema[]
      const bound = step.bind({ class: `${before.class}.${outer}`, properties: nested })
      if (bound.schema.properties?.length === 0)
        throw stageFault(
          name,
          `nothing would be left in ${outer}`,
          `leave it out as a whole: --drop ${outer}`,
        )
      const changed = { ...declared, nestedProperties: [...(bound.schema.properties ?? [])] }
      const properties = (before.properties ?? []).map((one) => (one === declared ? changed : one))
      return eachObject(name, {
        schema: withProperties(before, properties),
        touches: [outer],
        change: (draft) => {
          const value = draft.properties[outer]
          if (value === undefined || value === null) return 'kept'
          const made: Json[] = []
          for (const item of Array.isArray(value) ? value : [value]) {
            if (!isObject(item)) {
              made.push(item)
              continue
            }
            const part = { id: draft.id, properties: { ...item } }
            const outcome = bound.change!(part)
            if (outcome instanceof Refusal) return outcome
            made.push(defined(part.properties))
          }
          draft.properties[outer] = Array.isArray(value) ? made : made[0]!
          return 'kept'
        },
      })
    },
  }
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Removes the properties that a step set to undefined. */
function defined(properties: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).filter(([, value]) => value !== undefined),
  ) as JsonObject
}
