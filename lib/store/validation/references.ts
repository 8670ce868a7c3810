import type { Json, JsonObject } from '../../core/object.ts'
import { type CollectionSchema, isReference } from '../../core/schema.ts'
import type { Link } from '../store.ts'

/** The references of an object by property, each a list of `{beacon}`. */
export type ObjectLinks = JsonObject

/** The rules for the links of one collection. */
export interface LinkRules {
  /** What is wrong with a link; undefined if nothing is. */
  fault(link: Link): string | undefined
  /** The references with those of a link appended, as the property's settings require. */
  added(links: ObjectLinks | undefined, link: Link): ObjectLinks
}

const BEACON =
  /^weaviate:\/\/localhost\/[A-Z][_0-9A-Za-z]{0,254}\/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/

/**
 * Makes the rules of one collection's links. A server answers FAILED to a link of a property that is no reference, but
 * replaces the property's value with it nevertheless: such a link must not reach the server.
 */
export function linkRules(schema: CollectionSchema): LinkRules {
  const references = (schema.properties ?? []).filter(isReference)
  const distinct = new Map(references.map((one) => [one.name, one.disableDuplicatedReferences === true]))
  return {
    fault({ property, beacons }) {
      if (!distinct.has(property))
        return `'${property}' is not a reference property of class '${schema.class}'`
      const wrong = beacons.find((beacon) => !BEACON.test(beacon))
      return wrong === undefined ? undefined : `'${wrong.slice(0, 300)}' is not a beacon of an object`
    },
    added(links = {}, { property, beacons }) {
      if (beacons.length === 0) return links
      const there = (links[property] ?? []) as Json[]
      const list = [...there, ...beacons.map((beacon) => ({ beacon }))]
      return { ...links, [property]: distinct.get(property) === true ? unique(list) : list }
    },
  }
}

function unique(list: readonly Json[]): Json[] {
  return [...new Map(list.map((one) => [(one as JsonObject).beacon, one])).values()]
}
