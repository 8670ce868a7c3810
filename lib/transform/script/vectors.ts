import type { Vector } from '../../core/object.ts'
import { isRecord } from '../../core/value/record.ts'
import { isFiniteVector } from '../../core/value/vector.ts'
import { nameOf } from './nameOf.ts'

/** A vector from a script; it may be a list of numbers. @throws Error that explains why it is invalid */
export function vectorOf(value: unknown, name: string): Float32Array | null {
  if (value === null) return null
  const vector = value instanceof Float32Array ? value : floatsOf(value)
  if (vector === undefined) throw new Error(`${name} is ${nameOf(value)}, not a list of numbers`)
  if (vector.length === 0) throw new Error(`${name} has no numbers; null drops a vector`)
  if (!isFiniteVector(vector)) throw new Error(`${name} holds a number that is not finite as a float32`)
  return vector
}

function floatsOf(value: unknown): Float32Array | undefined {
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'number')) return undefined
  return Float32Array.from(value)
}

/** The named vectors of an answer, checked. */
export function vectorsOf(value: unknown): Readonly<Record<string, Vector>> | null {
  if (value === null) return null
  if (!isRecord(value)) throw new Error(`vectors is ${nameOf(value)}, not an object`)
  const named = Object.entries(value).flatMap(([name, one]): [string, Vector][] => {
    const path = `vectors.${name}`
    if (one === null || one === undefined) return []
    const isMulti = Array.isArray(one) && one.length > 0 && typeof one[0] !== 'number'
    return [[name, isMulti ? rowsOf(one, path) : (vectorOf(one, path) as Float32Array)]]
  })
  return named.length === 0 ? null : Object.fromEntries(named)
}

function rowsOf(rows: readonly unknown[], path: string): Float32Array[] {
  return rows.map((row, at) => {
    const vector = vectorOf(row, `${path}[${at}]`)
    if (vector === null) throw new Error(`${path}[${at}] is null`)
    return vector
  })
}
