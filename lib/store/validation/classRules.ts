import { ElysiaError } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import { isKnownToFit } from '../../core/properties/lazyProperties.ts'
import { hasTenants } from '../../core/schema.ts'
import { type WholeNumbers, wholeNumbers } from '../../core/value/wholeNumbers.ts'
import type { CallOptions, CollectionSchema, Link, PropertySchema, TenantState } from '../store.ts'
import { type LinkRules, linkRules } from './references.ts'
import { type TypeCheck, typeCheck } from './types.ts'
import { type VectorCheck, vectorCheck, type Widths } from './vectors.ts'

/** A class of an embedded store, with the checks for its objects. */
export interface Rules {
  readonly schema: CollectionSchema
  /** The schema as JSON. */
  readonly text: string
  readonly tenanted: boolean
  readonly types: TypeCheck
  readonly vectors: VectorCheck
  readonly links: LinkRules
  readonly numbers: WholeNumbers
}

const CLASS_NAME = /^[A-Z][_0-9A-Za-z]{0,254}$/
const PROPERTY_NAME = /^[_A-Za-z][_0-9A-Za-z]{0,230}$/
const RESERVED = new Set(['_additional', '_id', 'id', '__proto__'])
const TENANT_NAME = /^[A-Za-z0-9_-]{1,64}$/
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** The rules for the objects of a class, computed once for all of them. */
export function rulesOf(schema: CollectionSchema): Rules {
  return {
    schema,
    text: JSON.stringify(schema),
    tenanted: hasTenants(schema),
    types: typeCheck(schema),
    vectors: vectorCheck(schema),
    links: linkRules(schema),
    numbers: wholeNumbers(schema.properties),
  }
}

/** True for a name that a Weaviate server takes for a class. */
export function isClassName(name: string): boolean {
  return CLASS_NAME.test(name)
}

/**
 * Refuses a schema that a Weaviate server would refuse for its names, so that an embedded collection can move
 * to a server. @throws ElysiaError ELYSIA_USAGE
 */
export function requireLegal(schema: CollectionSchema): void {
  if (!isClassName(schema.class)) {
    throw new ElysiaError('ELYSIA_USAGE', `'${schema.class}' is not a valid class name`, {
      hint: 'A class name is a capital letter followed by letters, digits and underscores.',
    })
  }
  const seen = new Set<string>()
  for (const property of schema.properties ?? []) {
    requireLegalProperty(property)
    const folded = property.name.toLowerCase()
    if (seen.has(folded)) throw duplicateProperty(schema.class, property.name)
    seen.add(folded)
  }
}

/** The schema with one more property. @throws ElysiaError ELYSIA_CONFLICT, ELYSIA_USAGE */
export function withProperty(schema: CollectionSchema, property: PropertySchema): CollectionSchema {
  requireLegalProperty(property)
  const properties = schema.properties ?? []
  const folded = property.name.toLowerCase()
  if (properties.some(({ name }) => name.toLowerCase() === folded)) {
    throw duplicateProperty(schema.class, property.name)
  }
  return { ...schema, properties: [...properties, property] }
}

function requireLegalProperty({ name, dataType }: PropertySchema): void {
  if (!PROPERTY_NAME.test(name) || RESERVED.has(name)) {
    throw new ElysiaError('ELYSIA_USAGE', `'${name}' is not a valid property name`)
  }
  if (!Array.isArray(dataType) || dataType.length === 0) {
    throw new ElysiaError('ELYSIA_USAGE', `property '${name}' has no data type`)
  }
}

function duplicateProperty(className: string, name: string): ElysiaError {
  return new ElysiaError(
    'ELYSIA_CONFLICT',
    `class ${className} already has a property '${name}', or one that differs in case`,
    { hint: 'give it another name' },
  )
}

/** Checks names of tenants. @throws ElysiaError ELYSIA_USAGE for one that a server would refuse */
export function requireLegalTenants(tenants: readonly string[]): void {
  const illegal = tenants.find((tenant) => !TENANT_NAME.test(tenant))
  if (illegal === undefined) return
  throw new ElysiaError('ELYSIA_USAGE', `'${illegal}' is not a valid tenant name`, {
    hint: 'A tenant name has 1 to 64 letters, digits, underscores and hyphens.',
  })
}

/** The tenant of a call, `''` if the class has none. @throws ElysiaError ELYSIA_STORE if they do not fit. */
export function tenantOf({ tenanted, schema }: Rules, call: CallOptions | undefined): string {
  if (tenanted === (call?.tenant !== undefined)) return call?.tenant ?? ''
  const message = tenanted
    ? `class ${schema.class} has multi-tenancy enabled, but request was without tenant`
    : `class ${schema.class} has multi-tenancy disabled, but request was with tenant`
  throw new ElysiaError('ELYSIA_STORE', message)
}

/** Refuses calls about tenants of a class without. @throws ElysiaError ELYSIA_STORE, in the words of a server */
export function requireTenanted({ tenanted, schema }: Rules): void {
  if (!tenanted) throw new ElysiaError('ELYSIA_STORE', `class ${schema.class} has multi-tenancy disabled`)
}

/** The error (ELYSIA_NOT_FOUND) for a collection that does not exist. */
export function noCollection(name: string, target: string): ElysiaError {
  return new ElysiaError('ELYSIA_NOT_FOUND', `there is no collection '${name}' in ${target}`, {
    hint: 'Collections are listed by `elysiactl col ls`.',
  })
}

/** The error (ELYSIA_NOT_FOUND), in the words of a server, for a tenant that does not exist. */
export function noTenant(tenant: string, name: string): ElysiaError {
  return new ElysiaError('ELYSIA_NOT_FOUND', `collection '${name}': tenant not found: '${tenant}'`)
}

/**
 * Refuses an inactive tenant.
 * @throws ElysiaError ELYSIA_STORE, in the words of a server, if it cannot be read or written
 */
export function requireActive(tenant: string, state: TenantState, name: string): void {
  if (state === 'active') return
  throw new ElysiaError('ELYSIA_STORE', `collection '${name}': tenant not active: '${tenant}'`, {
    hint: `The tenant is ${state}: activate it first.`,
  })
}

/** The hint if a name is taken. */
export const TAKEN = 'choose another name, or remove what has this one'

/**
 * The error (ELYSIA_CONFLICT), in the words of a server, for a class whose name, or one that differs in case only, is
 * taken.
 */
export function takenName(wanted: string, there: string): ElysiaError {
  const message = wanted === there ? `class name ${wanted} already exists` : similarName(there)
  return new ElysiaError('ELYSIA_CONFLICT', message, { hint: TAKEN })
}

function similarName(there: string): string {
  return `class already exists: found similar class "${there}"`
}

/**
 * Checks the bounds of a range: an invalid one would silently hide objects.
 * @throws ElysiaError ELYSIA_USAGE if a bound is not a UUID
 */
export function requireIds(...bounds: readonly (string | undefined)[]): void {
  const wrong = bounds.find((bound) => bound !== undefined && !ID.test(bound))
  if (wrong !== undefined) throw new ElysiaError('ELYSIA_USAGE', `'${wrong}' is not a lower-case UUID`)
}

/** What is wrong with a link, or that its object does not exist. */
export function linkFault(rules: Rules, link: Link, there: boolean): string | undefined {
  return rules.links.fault(link) ?? (there ? undefined : `object with id ${link.id} not found`)
}

/** What is wrong with an object as a complete object; adds the widths that it would fix to `fixed`. */
export function objectFault(
  rules: Rules,
  object: StoredObject,
  knownWidths: Widths,
  fixed: Widths,
): string | undefined {
  const wrong = isKnownToFit(object, rules.text) ? undefined : propertiesFault(rules, object)
  if (wrong !== undefined || (object.vector === undefined && object.vectors === undefined)) return wrong
  return rules.vectors(object, knownWidths, fixed)
}

/** What is wrong with an object's id or properties. */
export function propertiesFault(
  { types }: Pick<Rules, 'types'>,
  { id, properties }: StoredObject,
): string | undefined {
  return ID.test(id) ? types(properties) : `invalid UUID '${id.slice(0, 80)}'`
}

/** The error (ELYSIA_STORE) for a call after `close`. */
export function storeClosed(target: string): ElysiaError {
  return new ElysiaError('ELYSIA_STORE', `the store ${target} is closed`)
}
