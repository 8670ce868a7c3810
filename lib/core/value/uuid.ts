const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/
const HEX = '[0-9a-f]'
const ANY_SPELLING = new RegExp(
  `^(?:urn:uuid:)?\\{?${HEX}{8}-?${HEX}{4}-?${HEX}{4}-?${HEX}{4}-?${HEX}{12}\\}?$`,
  'i',
)

/** True for a UUID in the form that stores use: lower case, with hyphens. */
export function isUuid(text: string): boolean {
  return UUID.test(text)
}

/**
 * True for a UUID in any spelling that a server accepts: also in upper case, without hyphens, in braces, as a URN.
 */
export function isUuidOfAnySpelling(text: string): boolean {
  return ANY_SPELLING.test(text)
}

/** A UUID of any spelling in the form that stores use; an invalid text stays invalid. */
export function canonicalUuid(text: string): string {
  const digits = text.toLowerCase().replace(/^urn:uuid:|[{}-]/g, '')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
