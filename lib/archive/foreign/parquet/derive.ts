import { Reject } from '../../../core/reject.ts'
import type { CollectionSchema, PropertySchema } from '../../../core/schema.ts'
import { DataType, type Field } from '../../format/arrow.ts'
import { ForeignChanges } from '../changes.ts'
import { SchemaDerivation } from '../deriveSchema.ts'
import { legalName } from '../propertyName.ts'
import { embeddedSchema } from './roles.ts'
import { type ReadableBatch, readersOf, type Table, type TableOptions } from './table.ts'

/**
 * Derives the class of a table: the one that an archive noted in its file, otherwise one from the columns, whose
 * types say more than values do, and from the texts, which may all be dates or uuids. Reads all rows for this,
 * without their vectors.
 * @throws ElysiaError as `SchemaDerivation` and `readTable`
 */
export async function deriveTableSchema(
  table: Table,
  options: TableOptions,
  className: string,
): Promise<CollectionSchema> {
  const embedded = embeddedSchema(table.metadata)
  if (embedded !== undefined) return { ...embedded, class: className }
  const derivation = new SchemaDerivation()
  const types = new Map<string, DataType>()
  for (const file of table.files) {
    for await (const reader of readersOf(file, { ...options, widths: undefined }, new ForeignChanges())) {
      noteTypes(types, reader)
      addRows(derivation, reader)
    }
  }
  const schema = derivation.schema(className)
  const derived = new Map((schema.properties ?? []).map((property) => [property.name, property]))
  for (const name of types.keys()) if (!derived.has(name)) derived.set(name, { name, dataType: ['text'] })
  const properties = [...derived.values()].map((property) => typed(property, types.get(property.name)))
  return { ...schema, properties }
}

function noteTypes(types: Map<string, DataType>, { fields, roles }: ReadableBatch): void {
  for (const [name, column] of roles.properties) {
    const type = fields.find((field) => field.name === column)?.type
    const known = types.get(name)
    if (type !== undefined && (known === undefined || DataType.isNull(known))) types.set(name, type)
  }
}

function addRows(derivation: SchemaDerivation, { batch, fields, roles, read }: ReadableBatch): void {
  const vectors = [...roles.vectors].map(([name, column]) => {
    const type = fields.find((field) => field.name === column)!.type as DataType
    const isMulti = DataType.isList(type) && DataType.isList(type.children[0]!.type)
    return [name, isMulti ? [] : new Float32Array()] as const
  })
  const { '': vector, ...named } = Object.fromEntries(vectors)
  for (let row = 0; row < batch.numRows; row++) {
    const object = read(row, row + 1)
    if (object instanceof Reject) continue
    derivation.add({
      ...object,
      ...(vector instanceof Float32Array && { vector }),
      ...(Object.keys(named).length > 0 && { vectors: named }),
    })
  }
}

/** A property with its column's type, if that says more than its values. */
function typed(property: PropertySchema, type: DataType | undefined): PropertySchema {
  if (type === undefined) return property
  const { name, dataType } = property
  const [derived] = dataType as [string]
  if (DataType.isList(type)) {
    const inner = typed({ ...property, dataType: [derived.replace(/\[\]$/, '')] }, type.children[0]!.type)
    return /^[A-Z]/.test(derived) ? property : { ...inner, name, dataType: [`${inner.dataType[0]}[]`] }
  }
  if (DataType.isStruct(type))
    return derived === 'object' || derived === 'text' ? structOf(property, type) : property
  return { ...property, dataType: [plainType(type, derived)] }
}

function structOf(property: PropertySchema, type: DataType): PropertySchema {
  const derived = (property.nestedProperties ?? []) as readonly PropertySchema[]
  const nestedProperties = (type.children as Field[]).map(({ name: field, type: of }) => {
    const name = legalName(field)
    return typed(derived.find((one) => one.name === name) ?? { name, dataType: ['text'] }, of)
  })
  return { ...property, dataType: ['object'], nestedProperties }
}

const UUID_BYTES = 16

/** The type of a single value. An unsigned 64-bit integer may exceed the range of `int`, and so may a decimal. */
function plainType(type: DataType, derived: string): string {
  if (DataType.isBool(type)) return 'boolean'
  if (DataType.isInt(type)) return derived === 'number' ? derived : 'int'
  if (DataType.isDecimal(type)) return type.scale > 0 || derived === 'number' ? 'number' : 'int'
  if (DataType.isFloat(type)) return 'number'
  if (DataType.isTimestamp(type) || DataType.isDate(type)) return 'date'
  if (DataType.isBinary(type)) return 'blob'
  if (DataType.isFixedSizeBinary(type)) return type.byteWidth === UUID_BYTES ? 'uuid' : 'blob'
  return DataType.isTime(type) ? 'text' : derived
}
