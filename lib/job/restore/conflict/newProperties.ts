import type { LeftOut } from '../../../archive/object/filterPages.ts'
import { nameStage } from '../../../core/channel/stages.ts'
import type { JsonObject, StoredObject } from '../../../core/object.ts'
import type { CollectionSchema, PropertySchema } from '../../../core/schema.ts'
import type { Stage } from '../../../core/stage.ts'
import { mapChunks } from '../../../stream/mapChunks.ts'
import type { Origins } from '../../../transform/origin.ts'
import type { RestoreOptions } from '../options.ts'

type Page = readonly StoredObject[]

/** The number of discarded values by property. */
export type DiscardedValues = Readonly<Record<string, number>>

/** How to handle properties and values that the class does not have. */
export interface NewProperties {
  readonly policy: RestoreOptions['onNewProperty']
  /** Properties added to an existing class: with `evolve`. */
  readonly added: readonly PropertySchema[]
  /** All properties that the class then has. */
  readonly known: ReadonlySet<string>
}

/** The class to make, and the references that are added to it. */
interface PlannedClass {
  readonly schema: CollectionSchema
  readonly references: readonly PropertySchema[]
}

/** For a class that the restore makes itself: it has all properties of the archive. */
export function newPropertiesOfNewClass(
  { schema, references }: PlannedClass,
  { onNewProperty: policy }: Pick<RestoreOptions, 'onNewProperty'>,
): NewProperties {
  return { policy, added: [], known: namesIn([...(schema.properties ?? []), ...references]) }
}

/** For an existing class. */
export function newPropertiesOfExisting(
  existing: CollectionSchema,
  { schema, references }: PlannedClass,
  { onNewProperty: policy }: Pick<RestoreOptions, 'onNewProperty'>,
): NewProperties {
  const there = namesIn(existing.properties ?? [])
  const wanted = [...(schema.properties ?? []), ...references]
  const added = policy === 'evolve' ? wanted.filter(({ name }) => !there.has(name)) : []
  return { policy, added, known: there.union(namesIn(added)) }
}

function namesIn(properties: readonly PropertySchema[]): ReadonlySet<string> {
  return new Set(properties.map(({ name }) => name))
}

/** The class with its added properties. */
export function withNewProperties(existing: CollectionSchema, { added }: NewProperties): CollectionSchema {
  return added.length === 0
    ? existing
    : { ...existing, properties: [...(existing.properties ?? []), ...added] }
}

/**
 * The properties of the archive that must fit into the class: with a policy that discards, only those that both have.
 */
export function comparedProperties(wanted: readonly PropertySchema[], { policy, known }: NewProperties) {
  return mayDiscard({ policy }) ? wanted.filter(({ name }) => known.has(name)) : wanted
}

/** True if it leaves out values or objects. */
export function mayDiscard({ policy }: Pick<NewProperties, 'policy'>): boolean {
  return policy === 'discard-value' || policy === 'discard-object'
}

/** Callbacks of the stage that leaves out unknown properties. */
export interface DiscardSettings {
  /** Counts the objects that are left out. */
  readonly leftOut: LeftOut
  readonly onDiscarded: (values: DiscardedValues) => void
  /** Remembers what each object was made from. */
  readonly origins?: Origins | undefined
}

/**
 * Pages → pages of objects without values of unknown properties, or without the objects that have such values; no stage
 * if the store decides. Null is no value. Memory: a page.
 */
export function discardUnknown(
  { policy, known }: NewProperties,
  { leftOut, onDiscarded, origins }: DiscardSettings,
): Stage<Page, Page>[] {
  if (policy === 'discard-object') {
    return [
      nameStage(
        'discard new properties',
        mapChunks((page: Page) => {
          const fit = page.filter(({ properties }) => strangeIn(properties, known).length === 0)
          leftOut.leaveOut(page.length - fit.length)
          return fit
        }),
      ),
    ]
  }
  if (policy !== 'discard-value') return []
  return [
    nameStage(
      'discard new properties',
      mapChunks((page: Page) => {
        const values: Record<string, number> = {}
        const fit = page.map((object) => {
          const strange = strangeIn(object.properties, known)
          for (const name of strange) values[name] = (values[name] ?? 0) + 1
          return strange.length === 0
            ? object
            : { ...object, properties: without(object.properties, strange) }
        })
        if (Object.keys(values).length > 0) {
          origins?.note(page, fit)
          onDiscarded(values)
        }
        return fit
      }),
    ),
  ]
}

const NONE: readonly string[] = []

function strangeIn(properties: JsonObject, known: ReadonlySet<string>): readonly string[] {
  let strange: string[] | undefined
  for (const name in properties) {
    if (known.has(name) || properties[name] === null || properties[name] === undefined) continue
    strange ??= []
    strange.push(name)
  }
  return strange ?? NONE
}

function without(properties: JsonObject, names: readonly string[]): JsonObject {
  const kept = { ...properties }
  for (const name of names) delete kept[name]
  return kept
}
