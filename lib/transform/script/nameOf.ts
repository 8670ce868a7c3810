/** Describes the type of a value in words. */
export function nameOf(value: unknown): string {
  if (value === undefined) return 'nothing (undefined; null leaves an object out)'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value !== 'object') return `a ${typeof value}`
  const name = (value.constructor as { name?: string } | undefined)?.name ?? ''
  return name === '' || name === 'Object' ? 'an object' : `a ${name}`
}
