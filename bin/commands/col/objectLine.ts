import type { StoredObject, Vector } from '../../library.ts'

const SMALLEST_NORMAL = 2 ** -126

/** An object as one JSON line with its newline: `{id, properties, vector?, vectors?, tenant?}`. */
export function objectLine({ id, properties, vector, vectors, tenant }: StoredObject): string {
  const parts = [`"id":${JSON.stringify(id)}`, `"properties":${JSON.stringify(properties)}`]
  if (vector !== undefined) parts.push(`"vector":${numbers(vector)}`)
  if (vectors !== undefined) parts.push(`"vectors":{${Object.entries(vectors).map(named).join(',')}}`)
  if (tenant !== undefined) parts.push(`"tenant":${JSON.stringify(tenant)}`)
  return `{${parts.join(',')}}\n`
}

function named([name, vector]: [string, Vector]): string {
  const text = vector instanceof Float32Array ? numbers(vector) : `[${vector.map(numbers).join(',')}]`
  return `${JSON.stringify(name)}:${text}`
}

function numbers(vector: Float32Array): string {
  return `[${Array.from(vector, shortest).join(',')}]`
}

/**
 * The decimal with the fewest digits that reads back as the same 32-bit float, as JSON. Nine digits tell all
 * of them apart, and of the normal ones six never say more than is needed.
 */
export function shortest(float: number): string {
  if (Object.is(float, -0)) return '-0'
  for (let digits = Math.abs(float) < SMALLEST_NORMAL ? 1 : 6; digits < 9; digits++) {
    const decimal = Number(float.toPrecision(digits))
    if (Math.fround(decimal) === float) return String(decimal)
  }
  return String(Number(float.toPrecision(9)))
}
