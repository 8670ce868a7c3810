import type { Duplex } from 'node:stream'
import { filterPages, type LeftOut, type ObjectPredicate } from '../../archive/object/filterPages.ts'
import type { ArchiveSelection } from '../../archive/selection.ts'
import { nameStage } from '../../core/channel/stages.ts'
import { ElysiaError } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import { type CollectionSchema, isReference } from '../../core/schema.ts'
import { didYouMean } from '../../core/suggest.ts'
import type { Projection, Range } from '../../store/store.ts'
import { mapChunks } from '../../stream/mapChunks.ts'
import { columnsOf } from '../../transform/filter/checkedFilter.ts'
import { type Filter, filterOf } from '../../transform/filter/filter.ts'
import { parseFilter } from '../../transform/filter/parse.ts'
import { timeToLive } from '../../transform/schema/timeToLive.ts'
import { idListOf } from './idList.ts'
import type { SelectionOptions } from './options.ts'

/**
 * What a job takes from a collection: the objects with some ids, those of them that match a condition, and some
 * properties of each. Immutable.
 */
export class Selection {
  /** The selection as a manifest records it. */
  readonly declared: ArchiveSelection
  readonly filter: Filter | undefined
  /** In order; undefined if all ids are selected. */
  readonly ids: readonly string[] | undefined
  readonly #idSet: ReadonlySet<string> | undefined
  readonly #properties: ReadonlySet<string> | undefined
  readonly #schema: CollectionSchema

  constructor(schema: CollectionSchema, { filter, objects, properties }: ArchiveSelection) {
    this.#schema = schema
    this.declared = {
      ...(filter !== undefined && { filter }),
      ...(objects !== undefined && { objects }),
      ...(properties !== undefined && { properties }),
    }
    this.filter = filter === undefined ? undefined : filterOf(filter, schema)
    this.ids = objects
    this.#idSet = objects && new Set(objects)
    this.#properties = properties && new Set(properties)
  }

  /** True if objects are left out. */
  get isPartial(): boolean {
    return this.filter !== undefined || this.ids !== undefined
  }

  readonly selects: ObjectPredicate = (object) =>
    (this.#idSet === undefined || this.#idSet.has(object.id)) &&
    (this.filter === undefined || this.filter.selects(object))

  /** An object with only the selected properties; the object itself if it has no others. */
  readonly kept = (object: StoredObject): StoredObject => {
    const wanted = this.#properties
    if (wanted === undefined) return object
    const names = Object.keys(object.properties)
    if (names.every((name) => wanted.has(name))) return object
    const properties = Object.fromEntries(
      Object.entries(object.properties).filter(([name]) => wanted.has(name)),
    )
    return { ...object, properties }
  }

  /** False for a range that contains none of the selected ids. */
  mayHold({ after = '', upTo }: Range): boolean {
    if (this.ids === undefined) return true
    return this.ids.some((id) => id > after && (upTo === undefined || id <= upTo))
  }

  /** Pages → pages of the selected objects. */
  stages(leftOut?: LeftOut): Duplex[] {
    return [
      ...(this.isPartial ? [filterPages(this.selects, leftOut)] : []),
      ...(this.#properties === undefined
        ? []
        : [
            nameStage(
              'keep properties',
              mapChunks((page: readonly StoredObject[]) => page.map(this.kept)),
            ),
          ]),
    ]
  }

  /** The fields to read for the selection, from those that would be read without it. */
  projection(all: Projection): Projection {
    const times = all.times === true || this.filter?.needsTimes === true
    if (this.#properties === undefined) return { ...all, times }
    return { ...all, times, ...this.#reading([...this.#properties, ...this.#asked()]) }
  }

  /** The fields needed to tell which objects are selected, besides those that are read anyway. */
  projectionFor(all: Projection): Projection {
    const times = all.times === true || this.filter?.needsTimes === true
    return { ...all, times, ...this.#reading(this.#asked()) }
  }

  #reading(names: readonly string[]): Pick<Projection, 'properties' | 'references'> {
    const properties = (this.#schema.properties ?? []).filter(({ name }) => names.includes(name))
    return {
      properties: properties.filter((one) => !isReference(one)).map(({ name }) => name),
      references: properties.some(isReference),
    }
  }

  /** The properties in the condition. */
  #asked(): string[] {
    if (this.filter === undefined) return []
    return columnsOf(this.filter.checked).flatMap(({ root }) => (root === undefined ? [] : [root]))
  }
}

/**
 * The selection from the options; undefined if it selects everything.
 * @throws ElysiaError ELYSIA_USAGE if a filter or a property does not fit the class, or an id is invalid
 */
export async function selectionOf(
  { filter, objects, properties }: SelectionOptions,
  schema: CollectionSchema,
  required: readonly string[] = [],
): Promise<Selection | undefined> {
  if (filter === undefined && objects === undefined && properties === undefined) return undefined
  return new Selection(schema, {
    ...(filter !== undefined && { filter }),
    ...(objects !== undefined && { objects: await idListOf(objects) }),
    ...(properties !== undefined && { properties: propertiesOf(properties, schema, required) }),
  })
}

/**
 * Refuses options that no class can make valid, before a class is looked up.
 * @throws ElysiaError ELYSIA_USAGE if a filter is no condition
 */
export function requireSelectable({ filter }: SelectionOptions): void {
  if (filter !== undefined) parseFilter(filter)
}

/** The selection in a manifest; undefined if it selects everything. @throws ElysiaError as `selectionOf` */
export function declaredSelection(
  schema: CollectionSchema,
  declared: ArchiveSelection | undefined,
): Selection | undefined {
  return declared === undefined ? undefined : new Selection(schema, declared)
}

/** The named properties, and those that are always kept: the date by which objects expire, and `required`. */
function propertiesOf(given: string, schema: CollectionSchema, required: readonly string[]): string[] {
  const propertyNames = (schema.properties ?? []).map(({ name }) => name)
  const named = given
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const unknownName = named.find((name) => !propertyNames.includes(name))
  if (unknownName !== undefined) {
    throw new ElysiaError('ELYSIA_USAGE', `${schema.class} has no property ${unknownName}`, {
      hint: didYouMean(unknownName, propertyNames, `it has ${propertyNames.join(', ')}`),
    })
  }
  if (named.length === 0) {
    throw new ElysiaError('ELYSIA_USAGE', '--properties names no property', {
      hint: `${schema.class} has ${propertyNames.join(', ')}`,
    })
  }
  const expiry = timeToLive(schema)?.of
  const wanted = [...named, ...required, ...(expiry === undefined ? [] : [expiry])]
  return [...new Set(wanted)].filter((name) => propertyNames.includes(name)).sort()
}
