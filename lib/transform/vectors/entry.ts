import type { Json, JsonObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { isRecord, recordOf } from '../../core/value/record.ts'

/** The name of the unnamed vector in options, unless the class has a vector with that name. */
export const UNNAMED = 'default'

/** The settings of one vector in a class, named or unnamed. */
export interface VectorEntry {
  /** `''` for the unnamed vector. */
  readonly name: string
  readonly module: string
  readonly settings: JsonObject
  readonly indexType: Json | undefined
  readonly indexConfig: Json | undefined
}

/** The vectors of a class, the unnamed one first. A class without vector settings has an unnamed vector. */
export function entriesOf(schema: CollectionSchema): VectorEntry[] {
  const named = Object.entries(recordOf(schema.vectorConfig)).map(([name, config]): VectorEntry => {
    const { vectorizer, vectorIndexType: indexType, vectorIndexConfig: indexConfig } = recordOf(config)
    const [module = 'none'] = Object.keys(recordOf(vectorizer))
    return { name, module, settings: recordOf(recordOf(vectorizer)[module]), indexType, indexConfig }
  })
  const hasUnnamed = schema.vectorIndexType !== undefined || named.length === 0
  return hasUnnamed ? [unnamedEntry(schema), ...named] : named
}

function unnamedEntry(schema: CollectionSchema): VectorEntry {
  const module =
    typeof schema.vectorizer === 'string' && schema.vectorizer !== '' ? schema.vectorizer : 'none'
  return {
    name: '',
    module,
    settings: recordOf(recordOf(schema.moduleConfig)[module]),
    indexType: schema.vectorIndexType as Json | undefined,
    indexConfig: schema.vectorIndexConfig as Json | undefined,
  }
}

/** The class with these vectors instead of its own; settings of other modules stay. */
export function withEntries(schema: CollectionSchema, entries: readonly VectorEntry[]): CollectionSchema {
  const before = new Set(entriesOf(schema).map(({ module }) => module))
  const { vectorizer: _, vectorIndexType, vectorIndexConfig, vectorConfig, moduleConfig, ...rest } = schema
  const others = Object.entries(recordOf(moduleConfig)).filter(([module]) => !before.has(module))
  const unnamed = entries.find(({ name }) => name === '')
  const named = entries.filter(({ name }) => name !== '')
  const unnamedModule =
    unnamed === undefined || unnamed.module === 'none' ? [] : [[unnamed.module, unnamed.settings]]
  const modules = Object.fromEntries([...others, ...unnamedModule])
  return {
    ...rest,
    ...(unnamed !== undefined && {
      vectorizer: unnamed.module,
      ...(unnamed.indexType !== undefined && { vectorIndexType: unnamed.indexType }),
      ...(unnamed.indexConfig !== undefined && { vectorIndexConfig: unnamed.indexConfig }),
    }),
    ...(named.length > 0 && { vectorConfig: Object.fromEntries(named.map(configOf)) }),
    ...(isRecord(moduleConfig) || unnamedModule.length > 0 ? { moduleConfig: modules } : {}),
  }
}

function configOf({ name, module, settings, indexType, indexConfig }: VectorEntry): [string, JsonObject] {
  const config: JsonObject = { vectorizer: { [module]: settings } }
  if (indexType !== undefined) config.vectorIndexType = indexType
  if (indexConfig !== undefined) config.vectorIndexConfig = indexConfig
  return [name, config]
}

/**
 * The vector that an option names, where `default` may be the unnamed one; undefined if the class has no such vector.
 */
export function entryNamed(entries: readonly VectorEntry[], given: string): VectorEntry | undefined {
  const named = entries.find(({ name }) => name === given)
  return named ?? (given === UNNAMED ? entries.find(({ name }) => name === '') : undefined)
}

/** The name of a vector, as shown to a person. */
export function vectorText(name: string): string {
  return name === '' ? `${UNNAMED} (without a name)` : name
}
