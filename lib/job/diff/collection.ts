import { isDeepStrictEqual } from 'node:util'
import { type CollectionSchema, isReference, type PropertySchema } from '../../core/schema.ts'
import { isRecord } from '../../core/value/record.ts'
import type { AliasFinding, SchemaFinding, TenantFinding } from './finding.ts'
import type { DiffSide, SideTenant } from './side/side.ts'

/**
 * How two collections differ apart from their objects: settings of the class, tenants and their states, aliases. What
 * is unknown on one side is not compared.
 */
export function* collectionFindings(
  left: DiffSide,
  right: DiffSide,
  isAsked: (tenant: string) => boolean,
): Generator<SchemaFinding | TenantFinding | AliasFinding> {
  if (left.isSchemaDerived !== true && right.isSchemaDerived !== true) yield* schemaFindings(left, right)
  if (left.tenants !== undefined && right.tenants !== undefined)
    yield* tenantFindings(left.tenants, right.tenants, isAsked)
  // Two collections of one store cannot share an alias.
  const areOfOne = left.live !== undefined && left.live.store.target === right.live?.store.target
  if (left.aliases !== undefined && right.aliases !== undefined && !areOfOne)
    yield* aliasFindings(left.aliases, right.aliases)
}

function* schemaFindings(left: DiffSide, right: DiffSide): Generator<SchemaFinding> {
  // New versions add settings with defaults: a setting that only one version knows is no difference.
  const isSameVersion = left.kind === right.kind && left.version === right.version
  for (const one of settingFindings(comparedSettings(left.schema), comparedSettings(right.schema), [])) {
    const isNamed = NAMED.has(one.path.split('.').at(-2) ?? '')
    if (one.sign === '*' || isSameVersion || isNamed) yield one
  }
}

/** Under these keys the names come from users. */
const NAMED: ReadonlySet<string> = new Set(['properties', 'nestedProperties', 'vectorConfig', 'moduleConfig'])

/** Values that a server computes itself. */
const COMPUTED = ['actualCount', 'actualVirtualCount', 'desiredVirtualCount']

/** A class in comparable form: without its name, lists of properties by name, references to itself marked as such. */
function comparedSettings({
  class: name,
  properties,
  ...settings
}: CollectionSchema): Record<string, unknown> {
  const { shardingConfig } = settings
  return {
    ...settings,
    ...(isRecord(shardingConfig) && {
      shardingConfig: Object.fromEntries(
        Object.entries(shardingConfig).filter(([key]) => !COMPUTED.includes(key)),
      ),
    }),
    properties: byName(properties ?? [], name),
  }
}

function byName(properties: readonly PropertySchema[], className: string): Record<string, unknown> {
  return Object.fromEntries(
    properties.map((property) => {
      const { name, dataType, nestedProperties, ...settings } = property
      const types = isReference(property)
        ? dataType.map((one) => (one === className ? '(itself)' : one))
        : dataType
      const nested = Array.isArray(nestedProperties) && {
        nestedProperties: byName(nestedProperties as PropertySchema[], className),
      }
      return [name, { dataType: types, ...settings, ...nested }]
    }),
  )
}

function* settingFindings(left: unknown, right: unknown, path: readonly string[]): Generator<SchemaFinding> {
  if (isNothing(left) && isNothing(right)) return
  if (isRecord(left) && isRecord(right)) {
    for (const key of [...new Set([...Object.keys(left), ...Object.keys(right)])].sort())
      yield* settingFindings(left[key], right[key], [...path, key])
    return
  }
  if (isDeepStrictEqual(left, right)) return
  yield {
    of: 'schema',
    sign: isNothing(left) ? '-' : isNothing(right) ? '+' : '*',
    path: path.join('.'),
    ...(left !== undefined && { left }),
    ...(right !== undefined && { right }),
  }
}

/** True for an absent value, and for an empty text, list or object: to a server they are the same. */
function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

function* tenantFindings(
  left: readonly SideTenant[],
  right: readonly SideTenant[],
  isAsked: (tenant: string) => boolean,
): Generator<TenantFinding> {
  const [ofLeft, ofRight] = [tenantsByName(left), tenantsByName(right)]
  for (const tenant of [...new Set([...ofLeft.keys(), ...ofRight.keys()])].filter(isAsked).sort()) {
    const [one, other] = [ofLeft.get(tenant), ofRight.get(tenant)]
    const states = {
      ...(one?.state !== undefined && { left: one.state }),
      ...(other?.state !== undefined && { right: other.state }),
    }
    if (one === undefined) yield { of: 'tenant', sign: '-', tenant, ...states }
    else if (other === undefined) yield { of: 'tenant', sign: '+', tenant, ...states }
    else if (one.state !== undefined && other.state !== undefined && one.state !== other.state)
      yield { of: 'tenant', sign: '*', tenant, ...states }
  }
}

function tenantsByName(tenants: readonly SideTenant[]): ReadonlyMap<string, SideTenant> {
  return new Map(tenants.map((tenant) => [tenant.name, tenant]))
}

function* aliasFindings(left: readonly string[], right: readonly string[]): Generator<AliasFinding> {
  for (const alias of [...new Set([...left, ...right])].sort()) {
    if (!right.includes(alias)) yield { of: 'alias', sign: '+', alias }
    else if (!left.includes(alias)) yield { of: 'alias', sign: '-', alias }
  }
}
