import type { Json, JsonObject } from '../../../core/object.ts'
import { isRecord } from '../../../core/value/record.ts'
import { ForeignChanges } from '../changes.ts'
import { foreignId, idFromValues, keepOriginal } from '../foreignId.ts'
import type { Mapping } from '../mapping.ts'
import { requireRecord, valueAt, without } from './fields.ts'
import { withLegalNames } from './legalNames.ts'
import type { RawObject, Shape } from './shape.ts'
import { denseOf } from './vectorFields.ts'

/** Lines of another store → lines in the form of an archive. */
export interface ForeignLines {
  /** The records on a line. @throws PlainFault if there are none */
  records(line: JsonObject): readonly JsonObject[]
  /** A record as `{id, properties, vector?, vectors?, tenant?, class?}`. @throws PlainFault */
  plain(record: JsonObject): JsonObject
}

/** The shape of lines, and what a person specified about them. */
export interface LineForm {
  readonly shape: Shape
  readonly mapping: Mapping
  /** Some of the first lines. */
  readonly sample: readonly JsonObject[]
}

/** Starts reading lines of this form. */
export function foreignLines({ shape, mapping, sample }: LineForm, changes: ForeignChanges): ForeignLines {
  const { read } = shape.reader(mapping.vectors === undefined ? recordsIn(shape, sample) : [], changes)
  const isOwn = OWN.includes(shape.name)
  const isMapped = Object.keys(mapping).length > 0
  return {
    records: shape.records(),
    plain: (record) => {
      if (shape.name === 'weaviate' && !isMapped && record._additional === undefined) return unwrapped(record)
      const draft = mapped(record, read(record), mapping)
      return plainOf(draft, isOwn && mapping.id === undefined, changes)
    },
  }
}

/** Shapes with UUIDs as ids, and with valid property names. */
const OWN = ['weaviate', 'python-client', 'ts-client']

/** The fields that ids and vectors are taken from, as shown to a person. */
export function fieldsText({ shape, mapping, sample }: LineForm) {
  const seen = shape.reader(recordsIn(shape, sample), new ForeignChanges())
  const given =
    mapping.vectors && [...mapping.vectors].map(([name, path]) => (name === '' ? path : `${name}=${path}`))
  return { id: mapping.id ?? [seen.id ?? shape.id], vectors: given ?? seen.vectors }
}

/** The records on lines, as far as there are any. */
function recordsIn(shape: Shape, lines: readonly JsonObject[]): readonly JsonObject[] {
  const records = shape.records()
  return lines.flatMap((line) => {
    try {
      return records(line)
    } catch {
      return []
    }
  })
}

/** A line of a rejects file holds the complete object, beside the reason and its class. */
function unwrapped(value: JsonObject): JsonObject {
  const { object, properties, reason, class: name } = value
  if (properties !== undefined || reason === undefined || !isRecord(object)) return value
  return typeof name === 'string' ? { class: name, ...object } : object
}

/** A draft in which some parts come from other fields than its shape has. */
function mapped(record: JsonObject, draft: RawObject, { id, vectors, properties: path }: Mapping): RawObject {
  const properties = path === undefined ? draft.properties : requireRecord(valueAt(record, path), path)
  const find = (field: string) => valueAt(record, field) ?? valueAt(properties, field)
  const made = id && idFromValues(id.map((name) => [name, find(name)]))
  const whole = made === undefined ? { ...draft, properties } : withMadeId({ ...draft, properties }, made)
  if (vectors === undefined) return whole
  const found = [...vectors].map(([name, field]) => [name, find(field)] as const)
  const { '': vector, ...named } = present(Object.fromEntries(found))
  return { ...whole, properties: without(whole.properties, vectors.values()), vector, vectors: named }
}

/** Keeps the previous id as a property, if it was not a UUID. */
function withMadeId(draft: RawObject, id: string): RawObject {
  const { id: old, properties } = draft
  if (old === undefined || old === null) return { ...draft, id }
  const { original } = foreignId(old)
  const kept = { ...properties }
  if (original !== undefined) keepOriginal(kept, original)
  return { ...draft, id, properties: kept }
}

function plainOf(draft: RawObject, isOwn: boolean, changes: ForeignChanges): JsonObject {
  const { id, tenant, class: name, vector, vectors } = draft
  const properties = isOwn ? draft.properties : withLegalNames(draft.properties, changes)
  const given = isOwn ? { id } : idOf(id, properties, changes)
  return present({
    ...given,
    properties,
    vector,
    vectors: vectors && denseOf(vectors, changes),
    tenant,
    class: name,
    created_ms: msOf(draft.created),
    updated_ms: msOf(draft.updated),
  })
}

/** Moves an id that is not a UUID into the properties. */
function idOf(
  value: Json | undefined,
  properties: JsonObject,
  changes: ForeignChanges,
): { readonly id: string } {
  const { id, original } = foreignId(value)
  if (original !== undefined) {
    changes.note('ids')
    keepOriginal(properties, original)
  }
  return { id }
}

function msOf(time: Json | undefined): Json | undefined {
  if (typeof time !== 'string' || /^\d+$/.test(time)) return time
  const ms = Date.parse(time)
  return Number.isNaN(ms) ? undefined : ms
}

function present(fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as JsonObject
}
