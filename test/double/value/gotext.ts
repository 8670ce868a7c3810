import type { Json } from '../../../lib/core/object.ts'
import type { Wire } from '../dialogue/check.ts'
import { isObject } from './json.ts'

/** The name of a value's type in the server's own language. */
export function goType(value: Json, wire: Wire): string {
  if (typeof value === 'number') return wire === 'grpc' ? 'float64' : 'json.Number'
  if (typeof value === 'boolean') return 'bool'
  if (Array.isArray(value)) return '[]interface {}'
  return isObject(value) ? 'map[string]interface {}' : typeof value === 'string' ? 'string' : '<nil>'
}

/** A value as Go's `%v` prints it. */
export function goText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (!isObject(value)) return value === null ? '<nil>' : String(value)
  const fields = Object.keys(value).sort()
  return `map[${fields.map((key) => `${key}:${goText(value[key] ?? null)}`).join(' ')}]`
}

/** A value as Go's `%s` prints it: numbers and booleans are complained of. */
export function goString(value: Json, wire: Wire): string {
  if (typeof value === 'number') return wire === 'rest' ? String(value) : `%!s(float64=${value})`
  if (typeof value === 'boolean') return `%!s(bool=${value})`
  return value === null ? '%!s(<nil>)' : goText(value)
}
