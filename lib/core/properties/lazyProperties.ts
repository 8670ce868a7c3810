import { isAscii } from 'node:buffer'
import { HASH_PROPERTY, type Json, type JsonObject, type ObjectDraft, type StoredObject } from '../object.ts'
import { ReturnArgument } from '../value/returnArgument.ts'
import { cachedJson, cacheJson } from './cachedJson.ts'

/** The JSON of the properties of several objects, concatenated, and what is known about all of them. */
export interface PropertiesPage {
  readonly bytes: Buffer
  readonly encoding: 'latin1' | 'utf8'
  /** The class that all of them fit, as JSON; undefined if they were not compared with one, or if one does not fit. */
  readonly fits: string | undefined
}

/** Makes a page of texts that JSON.parse reads exactly. */
export function propertiesPage(texts: Uint8Array, fits: string | undefined): PropertiesPage {
  const bytes = Buffer.from(texts.buffer, texts.byteOffset, texts.byteLength)
  // Pure ASCII decodes faster as latin1.
  return { bytes, encoding: isAscii(bytes) ? 'latin1' : 'utf8', fits }
}

/** The place of an object's properties in a page. */
export interface PropertiesPlace {
  readonly page: PropertiesPage
  readonly from: number
  readonly to: number
  /** Their `record_hash`: null if they have none, undefined if that is unknown. */
  readonly hash: string | null | undefined
}

/** Kept with an object in private fields: a WeakMap costs the garbage collector more. */
class LazyProperties extends ReturnArgument {
  #place: PropertiesPlace | undefined
  #properties: JsonObject | undefined

  static add(object: object, place: PropertiesPlace): void {
    ;(new LazyProperties(object) as LazyProperties).#place = place
  }

  /** Undefined for another object, and once the properties were parsed. */
  static placeOf(object: object): PropertiesPlace | undefined {
    return #place in object ? (object as LazyProperties).#place : undefined
  }

  static propertiesOf(object: object): JsonObject {
    const lazy = object as LazyProperties
    if (lazy.#place !== undefined) {
      const text = textAt(lazy.#place)
      lazy.#properties = JSON.parse(text) as JsonObject
      lazy.#place = undefined
      cacheJson(lazy.#properties, text)
    }
    return lazy.#properties!
  }
}

function textAt({ page, from, to }: PropertiesPlace): string {
  return page.bytes.toString(page.encoding, from, to)
}

/** One descriptor for all objects, so that they share a shape. */
const PROPERTIES = {
  enumerable: true,
  configurable: true,
  get(this: object) {
    return LazyProperties.propertiesOf(this)
  },
}

/**
 * An object whose properties are parsed once they are asked for: on its way to an embedded store, most need nothing but
 * the text. A copy has parsed ones. Memory: until then it holds its page.
 */
export function lazyObject(id: string, place: PropertiesPlace): ObjectDraft {
  const object = Object.defineProperty({ id }, 'properties', PROPERTIES) as ObjectDraft
  LazyProperties.add(object, place)
  return object
}

/** The JSON of an object's properties: the known text, otherwise the result of `exactJson`. */
export function propertiesJson(object: StoredObject): string {
  const place = LazyProperties.placeOf(object)
  return place === undefined ? cachedJson(object.properties) : textAt(place)
}

/** The length of that text in bytes if its properties are not parsed yet; otherwise undefined. */
export function unparsedLength(object: StoredObject): number | undefined {
  const place = LazyProperties.placeOf(object)
  return place && place.to - place.from
}

/** The value of `record_hash`. */
export function recordHash(object: StoredObject): Json | undefined {
  const hash = LazyProperties.placeOf(object)?.hash
  return hash === undefined ? object.properties[HASH_PROPERTY] : (hash ?? undefined)
}

/** True if an object is known to fit a class, which is given as JSON: its id and its properties, not its vectors. */
export function isKnownToFit(object: StoredObject, schema: string): boolean {
  return LazyProperties.placeOf(object)?.page.fits === schema
}
