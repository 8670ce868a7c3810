import type { Transform } from '../transform.ts'
import { eachObject, removeProperty } from './eachObject.ts'
import { insideProperty, propertyPath } from './insideProperty.ts'
import { assignment, propertyOf, requireName, requireNone, stageFault, withProperties } from './property.ts'
import { renameInSettings } from './propertyNames.ts'

/**
 * Renames a property in each object, in the class, and in module settings. `text`: `old=new`, or `meta.old=meta.new`.
 */
export function mapProperty(text: string): Transform {
  const name = `map ${text}`
  const [from, to] = assignment(name, text, 'title=headline').map(propertyPath) as [
    PropertyPath,
    PropertyPath,
  ]
  if (from.holder.join('.') !== to.holder.join('.')) {
    throw stageFault(
      name,
      'both sides have to be in the same object',
      `for example: ${[...from.holder, from.name].join('.')}=${[...from.holder, to.name].join('.')}; a --script moves values from one to another`,
    )
  }
  requireName(name, to.name)
  return insideProperty(name, from.holder, mapOwn(name, from.name, to.name))
}

type PropertyPath = ReturnType<typeof propertyPath>

function mapOwn(name: string, from: string, to: string): Transform {
  return {
    name,
    bind(before) {
      propertyOf(name, before, from)
      requireNone(name, before, to)
      const properties = (before.properties ?? []).map((one) =>
        one.name === from ? { ...one, name: to } : one,
      )
      const after = (one: string) => (one === from ? to : one)
      return eachObject(name, {
        schema: renameInSettings(withProperties(before, properties), after),
        touches: [from],
        change: ({ properties }) => {
          const value = properties[from]
          if (value === undefined) return 'kept'
          removeProperty(properties, from)
          properties[to] = value
          return 'kept'
        },
      })
    },
  }
}
