const NAME = /^[_A-Za-z][_0-9A-Za-z]{0,230}$/
const MAX_LENGTH = 231
/** Names that servers keep for themselves. */
const RESERVED = ['id', '_id', '_additional']

/** A name that a property may have, for the name of a field: as it is, where that is one. */
export function propertyName(field: string): string {
  if (RESERVED.includes(field)) return `field_${field.replace(/^_/, '')}`
  return legalName(field)
}

/** The same for a property in another one, where no name is kept. */
export function legalName(field: string): string {
  if (NAME.test(field) && field !== '__proto__') return field
  const legal = field.replace(/[^_0-9A-Za-z]/g, '_').replace(/^(?=\d|$|__proto__$)/, '_')
  return legal.slice(0, MAX_LENGTH)
}
