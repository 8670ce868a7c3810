import type { CollectionSchema } from '../../core/schema.ts'
import { isRecord } from '../../core/value/record.ts'
import { timeToLive } from '../schema/timeToLive.ts'
import { stageFault } from './property.ts'

/** Module settings that list properties. @see https://docs.weaviate.io/weaviate/model-providers */
const LISTS: ReadonlySet<string> = new Set([
  'properties',
  'sourceProperties',
  'referenceProperties',
  ...['image', 'text', 'video', 'audio', 'depth', 'imu', 'thermal'].map((medium) => `${medium}Fields`),
])

/** The new name of a property; undefined if the property is removed. */
export type RenameProperty = (name: string) => string | undefined

/**
 * Renames or removes properties in a class's settings: in those of vectorizers and other modules, and in the date by
 * which objects expire. The properties themselves stay unchanged. Weights of a multi-modal module follow their
 * properties.
 */
export function renameInSettings(schema: CollectionSchema, after: RenameProperty): CollectionSchema {
  const { moduleConfig, vectorConfig, objectTtlConfig } = schema
  return {
    ...schema,
    ...(moduleConfig !== undefined && { moduleConfig: inModules(moduleConfig, after) }),
    ...(isRecord(vectorConfig) && { vectorConfig: eachValue(vectorConfig, (one) => inVector(one, after)) }),
    ...(isRecord(objectTtlConfig) && { objectTtlConfig: inTimeToLive(objectTtlConfig, after) }),
  }
}

/**
 * Protects the property by which objects expire.
 * @throws ElysiaError ELYSIA_USAGE if objects expire by a property that is removed, or is no longer a date
 */
export function requireNoExpiry(stage: string, schema: CollectionSchema, property: string): void {
  if (timeToLive(schema)?.of !== property) return
  throw stageFault(
    stage,
    `objects of ${schema.class} expire by ${property}`,
    'restore with --schema FILE, a class without objectTtlConfig, if they are to stay',
  )
}

function eachValue(record: object, change: (value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]))
}

function inVector(config: unknown, after: RenameProperty): unknown {
  if (!isRecord(config) || !isRecord(config.vectorizer)) return config
  return { ...config, vectorizer: inModules(config.vectorizer, after) }
}

/** The settings, by module name. */
function inModules(modules: unknown, after: RenameProperty): unknown {
  return isRecord(modules) ? eachValue(modules, (settings) => inSettings(settings, after)) : modules
}

function inSettings(settings: unknown, after: RenameProperty): unknown {
  if (!isRecord(settings)) return settings
  const { weights } = settings
  const entries = Object.entries(settings).map(([key, value]): [string, unknown] => {
    if (LISTS.has(key) && Array.isArray(value)) return [key, value.flatMap((name) => namesOf(name, after))]
    if (key !== 'weights' || !isRecord(weights)) return [key, value]
    return [key, eachList(weights, settings, after)]
  })
  return Object.fromEntries(entries)
}

/** Weights are in lists parallel to those of the properties: `weights.textFields[2]` belongs to `textFields[2]`. */
function eachList(weights: object, settings: object, after: RenameProperty): object {
  const lists = settings as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    Object.entries(weights).map(([key, list]) => {
      const names = lists[key]
      if (!Array.isArray(list) || !Array.isArray(names)) return [key, list]
      return [key, list.filter((_, at) => namesOf(names[at], after).length > 0)]
    }),
  )
}

function namesOf(name: unknown, after: RenameProperty): unknown[] {
  if (typeof name !== 'string') return [name]
  const now = after(name)
  return now === undefined ? [] : [now]
}

function inTimeToLive(config: object, after: RenameProperty): object {
  const { deleteOn } = config as { deleteOn?: unknown }
  return typeof deleteOn === 'string' ? { ...config, deleteOn: after(deleteOn) ?? deleteOn } : config
}
