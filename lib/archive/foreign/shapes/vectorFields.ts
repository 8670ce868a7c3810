import type { Json, JsonObject } from '../../../core/object.ts'
import { isRecord } from '../../../core/value/record.ts'
import type { ForeignChanges } from '../changes.ts'
import { vectorName } from '../vectorNames.ts'
import { isSparse, isVector, without } from './fields.ts'

const SUFFIXED = /^(.+?)_?(?:vector|embedding)s?$/i
/** A shorter list of numbers is a property, unless its name says otherwise. */
const LEAST_WIDTH = 16

/** Fields with vectors, by vector name, `''` for the unnamed one. */
export type VectorFields = ReadonlyMap<string, string>

/**
 * The fields of flat records that hold vectors: recognized by name, or the only long list of numbers. A single one is
 * the unnamed vector, unless its name is `vector_NAME`.
 */
export function vectorFieldsOf(
  sample: readonly JsonObject[],
  leastWidth: number = LEAST_WIDTH,
): VectorFields {
  const isOne = (field: string) => sample.some((record) => isVector(record[field]))
  const fields = [...new Set(sample.flatMap((record) => Object.keys(record)))].filter(isOne)
  const named = fields.filter((field) => vectorName(field) !== undefined || SUFFIXED.test(field))
  if (named.length === 0) {
    const long = fields.filter((field) => sample.some((record) => isLong(record[field], leastWidth)))
    return long.length === 1 ? new Map([['', long[0]!]]) : new Map()
  }
  const [only] = named
  if (named.length === 1) return new Map([[vectorName(only!) ?? '', only!]])
  return new Map(named.map((field) => [vectorName(field) ?? SUFFIXED.exec(field)![1]!, field]))
}

function isLong(value: Json | undefined, least: number): boolean {
  return Array.isArray(value) && value.length >= least && value.some((one) => !Number.isInteger(one))
}

/** The vectors of a record in these fields, and the rest of the record. Sparse vectors are dropped and counted. */
export function takeVectors(record: JsonObject, fields: VectorFields, changes: ForeignChanges) {
  const vectors: JsonObject = {}
  const taken: string[] = []
  for (const [name, field] of fields) {
    const value = record[field]
    if (value === undefined) continue
    taken.push(field)
    vectors[name] = value
  }
  for (const [field, value] of Object.entries(record)) {
    if (!isSparse(value)) continue
    changes.note('sparse_vectors')
    taken.push(field)
  }
  const { '': vector, ...named } = vectors
  return { rest: without(record, taken), vector, vectors: named }
}

/** The fields as shown to a person. */
export function describeVectors(fields: VectorFields): string[] {
  return [...fields].map(([name, field]) => (name === '' ? field : `${name}=${field}`))
}

/** The dense vectors; sparse ones are dropped and counted. */
export function denseOf(vectors: JsonObject, changes: ForeignChanges): JsonObject {
  const dense = Object.entries(vectors).filter(([, value]) => !isSparse(value))
  changes.note('sparse_vectors', Object.keys(vectors).length - dense.length)
  return Object.fromEntries(dense)
}

/** Renames `default` to the unnamed vector, for clients that call it so, if the sample has no other vector name. */
export function withUnnamedDefault(sample: readonly (Json | undefined)[]): (vectors: JsonObject) => {
  vector?: Json
  vectors?: JsonObject
} {
  const names = new Set(sample.flatMap((vectors) => (isRecord(vectors) ? Object.keys(vectors) : [])))
  const isUnnamed = names.size === 1 && names.has('default')
  return (vectors) => {
    const { default: vector, ...others } = vectors
    if (!isUnnamed || vector === undefined || Object.keys(others).length > 0) return { vectors }
    return { vector }
  }
}
