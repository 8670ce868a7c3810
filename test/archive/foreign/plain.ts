// What objects are compared by: rendered without any code of those that write or read archives.
import type { Json, StoredObject, Vector } from '../../../lib/core/object.ts'

/**
 * An object for deepStrictEqual, which tells a bigint from a number and -0 from 0: vectors bit for bit, without nulls,
 * fields that are absent undefined. A number is what its digits are, which a reader takes for a bigint where they are many.
 */
export function plain({ properties, vector, vectors, ...rest }: StoredObject): unknown {
  const named = Object.entries(vectors ?? {}).map(([name, one]) => [name, bitsOf(one)] as const)
  return {
    ...rest,
    properties: plainValue(properties),
    vector: vector && bitsOf(vector),
    named: sorted(named),
  }
}

function bitsOf(vector: Vector): string | string[] {
  const row = ({ buffer, byteOffset, byteLength }: Float32Array) =>
    Buffer.from(buffer, byteOffset, byteLength).toString('hex')
  return vector instanceof Float32Array ? row(vector) : vector.map(row)
}

function plainValue(value: Json): unknown {
  if (typeof value === 'number') {
    const digits = String(value)
    return /^-?\d+$/.test(digits) && !Object.is(value, -0) ? BigInt(digits) : value
  }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(plainValue)
  const kept = Object.entries(value).filter(([, one]) => one !== null)
  return sorted(kept.map(([key, one]) => [key, plainValue(one)] as const))
}

/** Keys have no order; a list of pairs takes `__proto__` for a key like others. */
function sorted(pairs: readonly (readonly [string, unknown])[]): unknown {
  return [...pairs].sort(([one], [other]) => (one < other ? -1 : 1))
}
