import type { Json, JsonObject, StoredObject, Vector } from '../../../core/object.ts'
import { requireFiniteVectors } from '../../object/finiteVectors.ts'
import { type Data, makeData, RecordBatch, type Schema, Struct } from '../arrow.ts'
import type { Content } from '../format.ts'
import { type ColumnBuilder, FixedWidthBuilder, GrowableArray } from './builders.ts'
import { arrowSchema, type Layout, layoutOf, timeType, type VectorShapes } from './layout.ts'
import { restText } from './remainder.ts'
import { pushHalves, text } from './types.ts'
import { shapeOf, type VectorShape, vectorBuilder } from './vectors.ts'

/** Vector names that get no column: one means the unnamed vector, and one cannot be set on an object. */
const RESERVED = new Set(['', '__proto__'])

/** The shapes of the vectors of these objects, by name: the first vector of a name decides. */
export function shapesOf(
  objects: Iterable<StoredObject>,
  knownShapes: VectorShapes = new Map(),
): Map<string, VectorShape> {
  const shapes = new Map(knownShapes)
  const add = (name: string, vector: Vector) => {
    const shape = shapes.has(name) ? undefined : shapeOf(vector)
    if (shape !== undefined) shapes.set(name, shape)
  }
  for (const { vector, vectors } of objects) {
    if (vector !== undefined) add('', vector)
    for (const name in vectors) if (!RESERVED.has(name)) add(name, vectors[name]!)
  }
  return shapes
}

/** Objects → Arrow record batches of one schema. Holds the columns of the objects since the last batch. */
export class Rows {
  readonly layout: Layout
  readonly schema: Schema
  /** Objects since the last batch. */
  length = 0
  readonly #id = text.builder()
  readonly #tenants: ColumnBuilder | undefined
  readonly #properties: ReadonlyMap<string, ColumnBuilder>
  readonly #created = timeBuilder()
  readonly #updated = timeBuilder()
  readonly #vectors: ReadonlyMap<string, ReturnType<typeof vectorBuilder>>
  readonly #rest = text.builder()

  constructor(content: Content, shapes: VectorShapes) {
    this.layout = layoutOf(content, shapes)
    this.schema = arrowSchema(this.layout)
    this.#tenants = this.layout.names.tenant === undefined ? undefined : text.builder()
    this.#properties = new Map([...this.layout.kinds].map(([name, kind]) => [name, kind.builder()]))
    this.#vectors = new Map([...shapes].map(([name, shape]) => [name, vectorBuilder(shape)]))
  }

  /** The approximate size of the columns, in bytes. */
  get bytes(): number {
    let bytes = this.#id.bytes + this.#rest.bytes + this.length * 16
    for (const builder of this.#properties.values()) bytes += builder.bytes
    for (const builder of this.#vectors.values()) bytes += builder.bytes
    return bytes
  }

  /** The columns that may be large. */
  *columns(): Generator<{ readonly bytes: number }> {
    yield this.#rest
    yield* this.#properties.values()
    yield* this.#vectors.values()
  }

  /** @throws ElysiaError ELYSIA_STORE for a number that is not finite */
  add(object: StoredObject): void {
    requireFiniteVectors(object)
    this.length++
    this.#id.put(object.id)
    this.#tenants?.put(object.tenant)
    this.#created.put(object.createdMs)
    this.#updated.put(object.updatedMs)
    const properties = this.#putProperties(object.properties)
    const vectors = this.#putVectors(object)
    const exact = properties === undefined && vectors === undefined
    this.#rest.put(exact ? undefined : restText(object.id, properties ?? {}, vectors ?? {}))
  }

  /** Returns the properties that the columns do not hold exactly. */
  #putProperties(properties: JsonObject): JsonObject | undefined {
    let rest: Record<string, Json> | undefined
    let withColumn = 0
    for (const [name, builder] of this.#properties) {
      const there = Object.hasOwn(properties, name)
      if (there) withColumn++
      if (builder.put(there ? properties[name] : undefined)) continue
      rest ??= Object.create(null) as Record<string, Json>
      rest[name] = properties[name]!
    }
    const names = Object.keys(properties)
    if (names.length === withColumn) return rest
    for (const name of names) {
      const value = properties[name]
      if (this.#properties.has(name) || value === null || value === undefined) continue
      rest ??= Object.create(null) as Record<string, Json>
      rest[name] = value
    }
    return rest
  }

  #putVectors({ vector, vectors }: StoredObject): Record<string, Vector> | undefined {
    let rest: Record<string, Vector> | undefined
    for (const [name, builder] of this.#vectors) {
      const one = name === '' ? vector : ownVector(vectors, name)
      if (!builder.put(one)) rest = { ...rest, [name]: one! }
    }
    if (vector !== undefined && !this.#vectors.has('')) rest = { ...rest, '': vector }
    for (const name in vectors) if (!this.#vectors.has(name)) rest = { ...rest, [name]: vectors[name]! }
    return rest
  }

  /** The objects added since the last call. Valid until the next `add`. */
  take(): RecordBatch {
    const children: Data[] = [
      this.#id,
      ...(this.#tenants === undefined ? [] : [this.#tenants]),
      ...this.#properties.values(),
      this.#created,
      this.#updated,
      ...this.#vectors.values(),
      this.#rest,
    ].map((builder) => builder.take())
    const { length } = this
    this.length = 0
    return new RecordBatch(
      this.schema,
      makeData({ type: new Struct(this.schema.fields), length, nullCount: 0, children }),
    )
  }
}

/** A name such as `constructor` exists on every object. */
function ownVector(vectors: StoredObject['vectors'], name: string): Vector | undefined {
  return vectors !== undefined && Object.hasOwn(vectors, name) ? vectors[name] : undefined
}

function timeBuilder(): ColumnBuilder {
  return new FixedWidthBuilder(
    timeType,
    new GrowableArray((length) => new Int32Array(length)),
    2,
    (value, values) => {
      if (!Number.isSafeInteger(value)) return false
      pushHalves(values, value as number)
      return true
    },
  )
}
