import { exactJson } from './exactJson.ts'
import type { JsonObject } from './object.ts'
import { ValueItself } from './value/ownFields.ts'

/** A text kept with the value that it was parsed to, in a private field: a WeakMap costs the garbage collector more. */
class Known extends ValueItself {
  #text: string | undefined

  static keep(value: object, text: string): void {
    if (#text in value) (value as Known).#text = text
    else (new Known(value) as Known).#text = text
  }

  static find(value: object): string | undefined {
    return #text in value ? (value as Known).#text : undefined
  }
}

/**
 * Remembers a JSON text of properties, from which `parseExact` makes the same ones, so that nobody makes it again. It is
 * that of this value: a changed one is a copy, and has none.
 */
export function keepJson(properties: JsonObject, text: string): void {
  Known.keep(properties, text)
}

/** The JSON of properties: the text that is remembered, else what `exactJson` makes. */
export function knownJson(properties: JsonObject): string {
  return Known.find(properties) ?? exactJson(properties)
}
