import type { JsonObject } from '../../core/object.ts'
import { recordOf } from '../../core/value/record.ts'

/** A vector index of a class. */
export interface VectorIndex {
  /** The name of its vector; `''` for the unnamed one. */
  readonly vector: string
  /** The path of its type and settings in the class: `['vectorConfig', 'content']`. */
  readonly path: readonly string[]
  readonly type: string
}

/** Settings of one index type; a dynamic index has those of two. */
export interface IndexSettings {
  /** `['vectorConfig', 'content', 'vectorIndexConfig', 'hnsw']` */
  readonly path: readonly string[]
  readonly type: string
  readonly settings: JsonObject
}

/** The vector indexes of a class: that of the unnamed vector, then the named ones. */
export function vectorIndexesOf(schema: JsonObject): readonly VectorIndex[] {
  const { vectorIndexType: unnamed, vectorConfig } = schema
  const named = Object.entries(recordOf(vectorConfig)).map(([vector, config]): VectorIndex => {
    const { vectorIndexType: type } = recordOf(config)
    return {
      vector,
      path: ['vectorConfig', vector],
      type: typeof type === 'string' && type !== '' ? type : 'hnsw',
    }
  })
  return typeof unnamed === 'string' && unnamed !== ''
    ? [{ vector: '', path: [], type: unnamed }, ...named]
    : named
}

/** The settings of all indexes of a class, by type: a dynamic index has those of an hnsw and of a flat one. */
export function indexSettingsOf(schema: JsonObject): readonly IndexSettings[] {
  return vectorIndexesOf(schema).flatMap((index) => settingsOf(schema, index))
}

/** The settings of one index. */
function settingsOf(schema: JsonObject, { path, type }: VectorIndex): readonly IndexSettings[] {
  const own = [...path, 'vectorIndexConfig']
  const settings = objectAtPath(schema, own)
  if (type !== 'dynamic') return [{ path: own, type, settings }]
  return ['hnsw', 'flat'].map((half) => ({
    path: [...own, half],
    type: half,
    settings: recordOf(settings[half]),
  }))
}

/** The object at a path; an empty one if there is none. */
export function objectAtPath(schema: JsonObject, path: readonly string[]): JsonObject {
  return recordOf(path.reduce<unknown>((parent, key) => recordOf(parent)[key], schema))
}
