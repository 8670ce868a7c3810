import { Refusal } from '../fault/refusal.ts'

const HEX = /^[0-9a-f]{32}$/

/**
 * The canonical form of a UUID in any of the forms that the server takes: plain, in braces, as a URN, without
 * dashes.
 */
export function parseUuid(text: string): string {
  const bare = unwrapped(text)
  const dashed = bare.length === 36
  if (dashed && [8, 13, 18, 23].some((at) => bare[at] !== '-')) throw new Refusal('invalid UUID format')
  const hex = (dashed ? bare.replaceAll('-', '') : bare).toLowerCase()
  if (!HEX.test(hex)) throw new Refusal('invalid UUID format')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

function unwrapped(text: string): string {
  if (text.length === 36 || text.length === 32) return text
  if (text.length === 38) return text.slice(1, -1)
  if (text.length === 45) {
    if (text.slice(0, 9).toLowerCase() === 'urn:uuid:') return text.slice(9)
    throw new Refusal(`invalid urn prefix: "${text.slice(0, 9)}"`)
  }
  throw new Refusal(`invalid UUID length: ${Buffer.byteLength(text)}`)
}

/** Of all the forms. Most texts have another: to throw at each would take longer than all else does. */
const LENGTHS = new Set([32, 36, 38, 45])

/** The canonical form, or undefined. */
export function maybeUuid(text: unknown): string | undefined {
  if (typeof text !== 'string' || !LENGTHS.has(text.length)) return undefined
  try {
    return parseUuid(text)
  } catch {
    return undefined
  }
}

/** The 16 bytes of a canonical id. */
export function uuidBytes(id: string): Uint8Array {
  return Buffer.from(id.replaceAll('-', ''), 'hex')
}
