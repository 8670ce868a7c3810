import { exactJson } from '../../core/exactJson.ts'
import type { Json, JsonObject } from '../../core/object.ts'
import { nameUuid } from '../../core/value/nameUuid.ts'
import { isUuid } from '../../core/value/uuid.ts'
import { PlainFault } from './plainFault.ts'

/**
 * The namespace for UUIDs made from ids of other stores: the UUIDv5 of `urn:elysiactl:foreign-id` in the URL
 * namespace of RFC 9562.
 */
const FOREIGN_NAMESPACE = 'd8af0bf1-2e46-5310-8c72-0d1035b7e204'

/** The property that keeps an original id that is not a UUID. */
const ORIGINAL_ID = 'original_id'

/** The UUIDv5 of these texts in our namespace, joined with NUL. */
function uuidOf(texts: readonly string[]): string {
  return nameUuid(FOREIGN_NAMESPACE, texts.join('\0'))
}

/** An id from another store: the UUID that the object gets, and the original id if that was not a UUID. */
export interface ForeignId {
  readonly id: string
  readonly original?: string
}

/** Makes an object's id from the id that another store gave it. @throws PlainFault if it has none */
export function foreignId(value: Json | undefined): ForeignId {
  const text = idText(value, 'its id')
  const lower = text.toLowerCase()
  return isUuid(lower) ? { id: lower } : { id: uuidOf([text]), original: text }
}

/**
 * Makes an object's id from its values: a single UUID stays as it is, anything else becomes the UUIDv5 of all values.
 * @throws PlainFault if one is missing
 */
export function idFromValues(values: readonly (readonly [name: string, value: Json | undefined])[]): string {
  const texts = values.map(([name, value]) => idText(value, name))
  const [only] = texts
  return texts.length === 1 && isUuid(only!.toLowerCase()) ? only!.toLowerCase() : uuidOf(texts)
}

/**
 * Keeps an original id among the properties, as a text, since it may be an integer with more digits than a server
 * holds. If there is such a property already, the name gets underscores in front.
 */
export function keepOriginal(properties: JsonObject, original: string): void {
  let name = ORIGINAL_ID
  while (Object.hasOwn(properties, name)) name = `_${name}`
  properties[name] = original
}

function idText(value: Json | undefined, name: string): string {
  if (value === undefined || value === null || value === '')
    throw new PlainFault('missing_field', `${name} is missing`)
  return typeof value === 'string' ? value : exactJson(value)
}
