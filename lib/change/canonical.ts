import type { Json } from '../core/object.ts'

/**
 * JSON with one text for one value: no spaces, keys sorted by UTF-16 code units, numbers and strings as
 * ECMAScript writes them, a bigint as its digits. Recurses as deep as the value nests. @see https://www.rfc-editor.org/rfc/rfc8785
 */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Json)}`)
  return `{${members.join(',')}}`
}
