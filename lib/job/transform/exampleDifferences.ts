import type { Json, JsonObject, StoredObject, Vector } from '../../core/object.ts'
import { shortestDecimal } from '../../core/value/float32.ts'
import type { ExampleEntry } from '../../transform/file/schema.ts'
import { difference } from '../../transform/object/compare.ts'
import type { TransformedPage } from '../../transform/transform.ts'

/** A difference between an example and the result. A value that is absent does not exist on that side. */
export interface ExampleDifference {
  /**
   * `outcome`, or a part of the result: `properties.title`, `id`, `vector`; with several objects `2.properties.title`.
   */
  readonly what: string
  readonly expected?: Json
  readonly got?: Json
}

type ExpectedObject = Extract<NonNullable<ExampleEntry['out']>, { properties: unknown }>

/** How the result of an example differs from what it expects. */
export function exampleDifferences(example: ExampleEntry, made: TransformedPage): ExampleDifference[] {
  const [expected, got] = [outcomeOf(example), outcomeIn(made)]
  const { reject, out } = example
  if (expected !== got) {
    const [refused] = made.rejects
    return [{ what: 'outcome', expected, got: refused === undefined ? got : `${got}: ${refused.reason}` }]
  }
  if (typeof reject === 'string') return reasonDifferences(reject, made.rejects[0]!.reason)
  if (out === undefined) return []
  const all = Array.isArray(out) ? out : [out]
  if (all.length !== made.objects.length) {
    return [{ what: 'objects', expected: all.length, got: made.objects.length }]
  }
  return all.flatMap((one, at) => {
    const prefix = all.length === 1 ? '' : `${at + 1}.`
    return objectDifferences(one, made.objects[at]!).map((found) => ({
      ...found,
      what: `${prefix}${found.what}`,
    }))
  })
}

function outcomeOf({ out, filtered }: ExampleEntry): 'out' | 'filtered' | 'reject' {
  if (out !== undefined) return 'out'
  return filtered === true ? 'filtered' : 'reject'
}

function outcomeIn({ objects, rejects }: TransformedPage): 'out' | 'filtered' | 'reject' {
  if (rejects.length > 0) return 'reject'
  return objects.length > 0 ? 'out' : 'filtered'
}

function reasonDifferences(expected: string, reason: string): ExampleDifference[] {
  return reason.includes(expected) ? [] : [{ what: 'reason', expected, got: reason }]
}

/** The differences of an object from an example. All properties count; of the rest, only what the example expects. */
function objectDifferences(expected: ExpectedObject, got: StoredObject): ExampleDifference[] {
  const properties = expected.properties as JsonObject
  const wanted = { id: got.id, properties }
  const { properties: names = [] } = difference(wanted, { id: got.id, properties: got.properties }) ?? {}
  return [
    ...scalarDifference('id', expected.id, got.id),
    ...scalarDifference('tenant', expected.tenant, got.tenant),
    ...names.map((name) => exampleDifference(`properties.${name}`, properties[name], got.properties[name])),
    ...vectorDifference('vector', expected.vector, got.vector),
    ...namedDifferences(expected.vectors, got.vectors),
  ]
}

function scalarDifference(what: string, expected: string | undefined, got: string | undefined) {
  return expected === undefined || expected === got ? [] : [exampleDifference(what, expected, got)]
}

function namedDifferences(
  expected: ExpectedObject['vectors'],
  got: StoredObject['vectors'],
): ExampleDifference[] {
  if (expected === undefined) return []
  const names = new Set([...Object.keys(expected ?? {}), ...Object.keys(got ?? {})])
  return [...names].flatMap((name) =>
    vectorDifference(`vectors.${name}`, expected?.[name] ?? null, got?.[name]),
  )
}

function vectorDifference(what: string, expected: unknown, got: Vector | undefined): ExampleDifference[] {
  if (expected === undefined) return []
  const [wanted, there] = [decimalsIn(expected as Json), decimalsOf(got)]
  return JSON.stringify(wanted) === JSON.stringify(there)
    ? []
    : [exampleDifference(what, wanted ?? undefined, there ?? undefined)]
}

/** The float32 numbers of a vector as a person writes them. */
function decimalsIn(value: Json): Json {
  if (Array.isArray(value)) return value.map(decimalsIn)
  return typeof value === 'number' ? shortestDecimal(Math.fround(value)) : value
}

function decimalsOf(vector: Vector | undefined): Json {
  if (vector === undefined) return null
  return vector instanceof Float32Array ? Array.from(vector, shortestDecimal) : vector.map(decimalsOf)
}

function exampleDifference(
  what: string,
  expected: Json | undefined,
  got: Json | undefined,
): ExampleDifference {
  return { what, ...(expected !== undefined && { expected }), ...(got !== undefined && { got }) }
}
