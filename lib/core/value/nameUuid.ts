import { hash } from 'node:crypto'

const VARIANT = ['8', '9', 'a', 'b']

/** The UUIDv5 (SHA-1, RFC 9562 section 5.5) of a name, in UTF-8, in a namespace that is itself a UUID. */
export function nameUuid(namespace: string, name: string): string {
  const bytes = Buffer.from(namespace.replaceAll('-', ''), 'hex')
  const hex = hash('sha1', Buffer.concat([bytes, Buffer.from(name)]))
  const variant = VARIANT[Number.parseInt(hex.charAt(16), 16) & 3]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
