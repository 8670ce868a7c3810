import { exactJson } from '../../core/exactJson.ts'
import type { Json } from '../../core/object.ts'

/** A single value as a text: its JSON, without quotes. */
export function asText(value: Json): string {
  return typeof value === 'string' ? value : exactJson(value)
}
