const NAME = /^[_A-Za-z][_0-9A-Za-z]{0,230}$/
const MAX_LENGTH = 231
/** Names that servers keep for themselves. */
const RESERVED = ['id', '_id', '_additional']

/** A valid property name for a field: the field's own name, if that is valid. */
export function propertyName(field: string): string {
  if (RESERVED.includes(field)) return `field_${field.replace(/^_/, '')}`
  return legalName(field)
}

/** A legal name for a nested property, where no names are reserved. */
export function legalName(field: string): string {
  if (NAME.test(field) && field !== '__proto__') return field
  const legal = field.replace(/[^_0-9A-Za-z]/g, '_').replace(/^(?=\d|$|__proto__$)/, '_')
  return legal.slice(0, MAX_LENGTH)
}
