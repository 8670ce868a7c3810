import { exactJson } from '../exactJson.ts'
import type { JsonObject } from '../object.ts'
import { ReturnArgument } from '../value/returnArgument.ts'

/** A text kept with its parsed value, in a private field: a WeakMap costs the garbage collector more. */
class CachedText extends ReturnArgument {
  #text: string | undefined

  static keep(value: object, text: string): void {
    if (#text in value) (value as CachedText).#text = text
    else (new CachedText(value) as CachedText).#text = text
  }

  static find(value: object): string | undefined {
    return #text in value ? (value as CachedText).#text : undefined
  }
}

/**
 * Remembers a JSON text for properties, which `parseExact` turns into equal ones, so that it need not be made again.
 * It belongs to this object: a changed one is a copy, and has none.
 */
export function cacheJson(properties: JsonObject, text: string): void {
  CachedText.keep(properties, text)
}

/** The JSON of properties: the remembered text, otherwise the result of `exactJson`. */
export function cachedJson(properties: JsonObject): string {
  return CachedText.find(properties) ?? exactJson(properties)
}
