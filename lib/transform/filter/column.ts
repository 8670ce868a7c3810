import type { Json, StoredObject } from '../../core/object.ts'
import { type CollectionSchema, hasTenants, isReference, type PropertySchema } from '../../core/schema.ts'
import { closestMatch } from '../../core/suggest.ts'
import { isRecord } from '../../core/value/record.ts'
import type { Path, PathName } from './expression.ts'
import { filterFault } from './parse.ts'

/** How the values of a column are compared; `none` if they can only be null or not null. */
export type ColumnType = 'text' | 'int' | 'number' | 'boolean' | 'date' | 'uuid' | 'none'

/**
 * A value of an object that a filter reads: a property, a nested property, or the store's own data about the object.
 */
export interface Column {
  /** Its name as written, or as the server calls it. */
  readonly name: string
  readonly type: ColumnType
  /** True for a list of such values. */
  readonly list: boolean
  /** The data type in the class, for messages. */
  readonly dataType: string
  /** The property in the class; undefined for a nested property, or if it is not a property. */
  readonly property?: PropertySchema
  /** The top-level property to read for it. */
  readonly root?: string
  /** For a computed value: the columns that it is computed from. */
  readonly inputs?: readonly Column[]
  /** Set if it is not a property. */
  readonly own?: OwnColumn
  /** Reads its stored value; undefined or null if there is none. Times are milliseconds since 1970. */
  readonly read: (object: StoredObject) => Json | undefined
}

type OwnColumn = 'id' | 'tenant' | '_created' | '_updated'

const TYPES: Readonly<Record<string, ColumnType>> = {
  text: 'text',
  string: 'text',
  int: 'int',
  number: 'number',
  boolean: 'boolean',
  date: 'date',
  uuid: 'uuid',
}

/** The fields inside values that are not objects of the class. */
const INSIDE: Readonly<Record<string, readonly PropertySchema[]>> = {
  geoCoordinates: ['latitude', 'longitude'].map((name) => ({ name, dataType: ['number'] })),
  phoneNumber: [
    ...['input', 'defaultCountry', 'internationalFormatted', 'nationalFormatted'].map((name) => ({
      name,
      dataType: ['text'],
    })),
    ...['countryCode', 'national'].map((name) => ({ name, dataType: ['int'] })),
    { name: 'valid', dataType: ['boolean'] },
  ],
}

const OWN: Readonly<Record<OwnColumn, Omit<Column, 'name'>>> = {
  id: { type: 'uuid', list: false, dataType: 'uuid', own: 'id', read: ({ id }) => id },
  tenant: { type: 'text', list: false, dataType: 'text', own: 'tenant', read: ({ tenant }) => tenant },
  _created: {
    type: 'date',
    list: false,
    dataType: 'date',
    own: '_created',
    read: ({ createdMs }) => createdMs,
  },
  _updated: {
    type: 'date',
    list: false,
    dataType: 'date',
    own: '_updated',
    read: ({ updatedMs }) => updatedMs,
  },
}

/**
 * The column that a path names. Unquoted `id`, `_created`, `_updated`, and `tenant` in a class with tenants, are the
 * store's own data about an object; everything else is a property.
 * @throws ElysiaError ELYSIA_USAGE if there is no such column, with the nearest name and all names
 */
export function columnOf(path: Path, schema: CollectionSchema, text: string): Column {
  const own = ownColumn(path, schema)
  if (own !== undefined) return own
  const { names, at } = path
  const name = names.map(({ name }) => name).join('.')
  let among: readonly PropertySchema[] = schema.properties ?? []
  let current: PropertySchema | undefined
  let whole = schema.class
  for (const step of names) {
    current = among.find((property) => property.name === step.name)
    if (current === undefined) throw unknownProperty(step, among, whole, schema, text, at)
    const last = step === names.at(-1)
    if (!last && current.dataType[0] === 'object[]') {
      throw filterFault(
        `${step.name} is a list of objects, and no condition reaches into a list`,
        propertiesText(schema),
        {
          text,
          at,
        },
      )
    }
    whole = step.name
    among = insideOf(current)
  }
  const dataType = current!.dataType[0] ?? ''
  const scalar = dataType.replace('[]', '')
  return {
    name,
    type: isReference(current!) ? 'none' : (TYPES[scalar] ?? 'none'),
    list: scalar !== dataType,
    dataType,
    root: names[0]!.name,
    ...(names.length === 1 && { property: current! }),
    read: readerOf(names.map(({ name }) => name)),
  }
}

function ownColumn({ names }: Path, schema: CollectionSchema): Column | undefined {
  const [first, ...more] = names
  if (first === undefined || first.quoted || more.length > 0) return undefined
  const { name } = first
  if (!Object.hasOwn(OWN, name) || (name === 'tenant' && !hasTenants(schema))) return undefined
  return { name, ...OWN[name as OwnColumn] }
}

function insideOf({ dataType, nestedProperties }: PropertySchema): readonly PropertySchema[] {
  const [type = ''] = dataType
  return INSIDE[type] ?? ((nestedProperties ?? []) as readonly PropertySchema[])
}

function readerOf([first, ...more]: readonly string[]): Column['read'] {
  const name = first!
  const isInherited = name in Object.prototype
  const own = ({ properties }: StoredObject) =>
    isInherited && !Object.hasOwn(properties, name) ? undefined : properties[name]
  if (more.length === 0) return isInherited ? own : ({ properties }) => properties[name]
  return (object) => {
    let value = own(object)
    for (const step of more) {
      if (!isRecord(value) || !Object.hasOwn(value, step)) return undefined
      value = value[step]
    }
    return value
  }
}

function unknownProperty(
  { name, quoted }: PathName,
  among: readonly PropertySchema[],
  whole: string,
  schema: CollectionSchema,
  text: string,
  at: number,
) {
  const propertyNames = among.map((property) => property.name)
  const near = closestMatch(name, propertyNames)
  if (!quoted && /^(nan|inf|infinity)$/i.test(name)) {
    throw filterFault(`no stored number is ${name}`, propertiesText(schema), { text, at })
  }
  const hints = [
    ...(near === undefined ? [] : [`did you mean ${near}?`]),
    ...(quoted ? [`a text stands in single quotes: '${name}'`] : []),
    propertiesText(schema),
  ]
  const fact =
    propertyNames.length === 0 && whole !== schema.class ? 'no properties inside' : `no property ${name}`
  return filterFault(`${whole} has ${fact}`, hints.join('; '), { text, at })
}

const PROPERTIES_NAMED = 20

/** All properties of a class with their types, for a hint. */
export function propertiesText(schema: CollectionSchema): string {
  const all = [
    ...(schema.properties ?? []).map(({ name, dataType }) => `${name} (${dataType.join(', ')})`),
    'id',
    ...(hasTenants(schema) ? ['tenant'] : []),
    '_created',
    '_updated',
  ]
  const named = all.slice(0, PROPERTIES_NAMED).join(', ')
  const more = all.length > PROPERTIES_NAMED ? ` and ${all.length - PROPERTIES_NAMED} more` : ''
  return `${schema.class} has ${named}${more}`
}
