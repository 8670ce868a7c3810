import type { Json, JsonObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { isRecord, recordOf } from '../../core/value/record.ts'

/** The name that options give the vector without a name, unless the class has a named one of that name. */
export const UNNAMED = 'default'

/** What a class says of one vector, whether it has a name or not. */
export interface VectorEntry {
  /** `''` for the vector without a name. */
  readonly name: string
  readonly module: string
  readonly settings: JsonObject
  readonly indexType: Json | undefined
  readonly indexConfig: Json | undefined
}

/** The vectors of a class: the unnamed one first. A class that says nothing of any has an unnamed one. */
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

/** The class with these vectors in place of those that it has; what it says to other modules stays. */
export function withEntries(schema: CollectionSchema, entries: readonly VectorEntry[]): CollectionSchema {
  const before = new Set(entriesOf(schema).map(({ module }) => module))
  const { vectorizer: _, vectorIndexType, vectorIndexConfig, vectorConfig, moduleConfig, ...rest } = schema
  const others = Object.entries(recordOf(moduleConfig)).filter(([module]) => !before.has(module))
  const unnamed = entries.find(({ name }) => name === '')
  const named = entries.filter(({ name }) => name !== '')
  const told = unnamed === undefined || unnamed.module === 'none' ? [] : [[unnamed.module, unnamed.settings]]
  const modules = Object.fromEntries([...others, ...told])
  return {
    ...rest,
    ...(unnamed !== undefined && {
      vectorizer: unnamed.module,
      ...(unnamed.indexType !== undefined && { vectorIndexType: unnamed.indexType }),
      ...(unnamed.indexConfig !== undefined && { vectorIndexConfig: unnamed.indexConfig }),
    }),
    ...(named.length > 0 && { vectorConfig: Object.fromEntries(named.map(configOf)) }),
    ...(isRecord(moduleConfig) || told.length > 0 ? { moduleConfig: modules } : {}),
  }
}

function configOf({ name, module, settings, indexType, indexConfig }: VectorEntry): [string, JsonObject] {
  const config: JsonObject = { vectorizer: { [module]: settings } }
  if (indexType !== undefined) config.vectorIndexType = indexType
  if (indexConfig !== undefined) config.vectorIndexConfig = indexConfig
  return [name, config]
}

/** The vector that an option means: `''` for the one without a name; undefined where the class has none such. */
export function entryNamed(entries: readonly VectorEntry[], given: string): VectorEntry | undefined {
  const named = entries.find(({ name }) => name === given)
  return named ?? (given === UNNAMED ? entries.find(({ name }) => name === '') : undefined)
}

/** How a person calls a vector. */
export function vectorText(name: string): string {
  return name === '' ? `${UNNAMED} (without a name)` : name
}
