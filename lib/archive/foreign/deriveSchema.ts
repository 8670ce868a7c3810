import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { JsonObject, StoredObject } from '../../core/object.ts'
import type { CollectionSchema, PropertySchema } from '../../core/schema.ts'
import { ValueShape } from './valueShape.ts'

/** The parts of an object from which its class is derived. */
export type SampleObject = Pick<StoredObject, 'properties' | 'vector' | 'vectors' | 'tenant'>

/**
 * Derives a class from objects that came without one: pass every object to `add`, in any order.
 *
 * Properties, in order of first appearance:
 * - texts are `date` if all are RFC 3339, `uuid` if all are lower-case uuids, else `text`;
 * - numbers are `int` if all are safe integers, else `number`; booleans are `boolean`;
 * - `{latitude, longitude}` is `geoCoordinates`; `{input, …}`, as a server returns it, is `phoneNumber`;
 * - lists of `{beacon}` that name classes are references to these classes;
 * - other objects are `object` with nested properties by the same rules; lists of any of these are the list type;
 * - a property that is null or an empty list in all objects is `text` or `text[]`; an object that is always empty
 *   gets a nested text `unknown`, because no server creates the class without one.
 * A blob cannot be told from a text: give a schema if that matters.
 *
 * Vectors get indexes without a vectorizer; if objects have tenants, so does the class.
 * Memory: by names of properties, not by number of objects.
 */
export class SchemaDerivation {
  readonly #shapes = new Map<string, ValueShape>()
  readonly #named = new Map<string, { multi: boolean }>()
  #unnamed = false
  #objects = 0
  #withTenant = 0

  /** @throws ElysiaError ELYSIA_CONFLICT if no data type fits a value and the values before it */
  add({ properties, vector, vectors, tenant }: SampleObject): void {
    this.addProperties(properties)
    this.#objects += 1
    if (tenant !== undefined) this.#withTenant += 1
    if (vector !== undefined) this.#unnamed = true
    for (const name in vectors) this.#named.set(name, { multi: Array.isArray(vectors[name]) })
  }

  /** Adds properties alone. */
  addProperties(properties: JsonObject): void {
    for (const [name, value] of Object.entries(properties)) {
      let shape = this.#shapes.get(name)
      if (shape === undefined) {
        shape = new ValueShape(name)
        this.#shapes.set(name, shape)
      }
      try {
        shape.add(value)
      } catch (thrown) {
        throw underivable(messageOf(thrown))
      }
    }
  }

  properties(): PropertySchema[] {
    return [...this.#shapes].map(([name, shape]) => shape.property(name))
  }

  /** @throws ElysiaError ELYSIA_CONFLICT if some objects have tenants and others do not */
  schema(className: string): CollectionSchema {
    if (this.#withTenant > 0 && this.#withTenant < this.#objects) {
      throw underivable(`${this.#withTenant} of ${this.#objects} objects have a tenant, the others have none`)
    }
    return {
      class: className,
      properties: this.properties(),
      ...this.#vectorIndexes(),
      ...(this.#withTenant > 0 && { multiTenancyConfig: { enabled: true } }),
    }
  }

  #vectorIndexes(): JsonObject {
    const indexes: JsonObject = {}
    if (this.#unnamed || this.#named.size === 0) indexes.vectorizer = 'none'
    if (this.#unnamed) indexes.vectorIndexType = 'hnsw'
    if (this.#named.size > 0) {
      indexes.vectorConfig = Object.fromEntries(
        [...this.#named].map(([name, { multi }]) => [name, index(multi)]),
      )
    }
    return indexes
  }
}

function index(multi: boolean): JsonObject {
  return {
    vectorizer: { none: {} },
    vectorIndexType: 'hnsw',
    ...(multi && { vectorIndexConfig: { multivector: { enabled: true } } }),
  }
}

function underivable(fact: string): ElysiaError {
  return new ElysiaError('ELYSIA_CONFLICT', `no class can be derived from these objects: ${fact}`, {
    hint: 'give the class with --schema FILE',
  })
}
