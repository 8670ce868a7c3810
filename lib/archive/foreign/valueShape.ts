import type { Json, JsonObject } from '../../core/object.ts'
import type { PropertySchema } from '../../core/schema.ts'
import { commonKind, kindOf, referredClass, type ValueKind } from './valueKind.ts'

/** The error for values of one property that have no common data type. */
class NoCommonType extends Error {}

/** A server refuses an object type without nested properties. */
const NOTHING_KNOWN: PropertySchema = { name: 'unknown', dataType: ['text'] }

/**
 * Derives the data type of a property from its values. Its size depends on the number of names, not of
 * values.
 */
export class ValueShape {
  readonly #name: string
  #kind: ValueKind | undefined
  #list: boolean | undefined
  /** By nested property name: a Map, because a name may be `__proto__`. */
  readonly #nested = new Map<string, ValueShape>()
  readonly #classes = new Set<string>()

  /** `name` is for errors: the full path of a nested property. */
  constructor(name: string) {
    this.#name = name
  }

  /** @throws NoCommonType if no data type fits this value and the values before it */
  add(value: Json): void {
    if (value === null) return
    const list = Array.isArray(value)
    if (list !== (this.#list ?? list)) throw new NoCommonType(`${this.#name} is a list here, one value there`)
    this.#list = list
    if (!list) this.#addOne(value)
    else for (const item of value) this.#addItem(item)
  }

  /** The class property for these values; text if all were null. */
  property(name: string, isNested = false): PropertySchema {
    const kind = this.#allowedKind(isNested)
    if (kind === 'reference') return { name, dataType: [...this.#classes].sort() }
    const dataType = [this.#list === true ? `${kind}[]` : kind]
    return kind === 'object'
      ? { name, dataType, nestedProperties: this.#nestedProperties() }
      : { name, dataType }
  }

  #addItem(item: Json): void {
    if (Array.isArray(item))
      throw new NoCommonType(`${this.#name} is a list of lists, which no data type holds`)
    if (item !== null) this.#addOne(item)
  }

  #addOne(value: Exclude<Json, null | Json[]>): void {
    // Most properties are texts, and a text property stays one.
    if (this.#kind === 'text' && typeof value === 'string') return
    const kind = kindOf(value)
    const common = commonKind(this.#kind ?? kind, kind)
    if (common === undefined) throw new NoCommonType(`${this.#name} is ${this.#kind} here, ${kind} there`)
    this.#kind = common
    if (typeof value === 'object') this.#addObject(value)
  }

  #addObject(value: JsonObject): void {
    const referred = referredClass(value)
    if (referred !== undefined) this.#classes.add(referred)
    for (const [name, inner] of Object.entries(value)) {
      let shape = this.#nested.get(name)
      if (shape === undefined) {
        shape = new ValueShape(`${this.#name}.${name}`)
        this.#nested.set(name, shape)
      }
      shape.add(inner)
    }
  }

  /** Geo coordinates and phone numbers are allowed neither in lists nor nested; references only in lists. */
  #allowedKind(isNested: boolean): ValueKind {
    const kind = this.#kind ?? 'text'
    const list = this.#list === true
    if (kind === 'reference') return list && !isNested && this.#classes.size > 0 ? kind : 'object'
    if (kind === 'geoCoordinates' || kind === 'phoneNumber') return list || isNested ? 'object' : kind
    return kind
  }

  #nestedProperties(): PropertySchema[] {
    const known = [...this.#nested].map(([name, shape]) => shape.property(name, true))
    return known.length > 0 ? known : [NOTHING_KNOWN]
  }
}
