import type { CollectionSchema, PropertySchema } from '../../core/schema.ts'
import { isRecord } from '../../core/value/record.ts'

/** Computes one vector of a class, if its objects do not bring it. */
export interface Vectorizer {
  /** The name of the vector; `''` for the unnamed one. */
  readonly vector: string
  readonly module: string
  /** The properties that it is configured to read; undefined means all texts that it is not configured to skip. */
  readonly properties: ReadonlySet<string> | undefined
}

/** The vectorizers of a class; none if objects bring all their vectors. */
export function vectorizersOf({ vectorizer, vectorConfig }: CollectionSchema): Vectorizer[] {
  const unnamed =
    typeof vectorizer === 'string' && isModule(vectorizer)
      ? [{ vector: '', module: vectorizer, properties: undefined }]
      : []
  const named = Object.entries(isRecord(vectorConfig) ? vectorConfig : {}).flatMap(([vector, config]) => {
    const modules = isRecord(config) && isRecord(config.vectorizer) ? config.vectorizer : {}
    const [module] = Object.keys(modules)
    if (module === undefined || !isModule(module)) return []
    const { properties } = isRecord(modules[module]) ? modules[module] : {}
    const read = Array.isArray(properties) ? new Set(properties.map(String)) : undefined
    return [{ vector, module, properties: read }]
  })
  return [...unnamed, ...named]
}

/** True if a vectorizer reads a property, so its vector depends on the value. */
export function readsProperty({ module, properties }: Vectorizer, property: PropertySchema): boolean {
  if (properties !== undefined) return properties.has(property.name)
  if (!/^(text|string)(\[\])?$/.test(property.dataType[0] ?? '')) return isMedium(property)
  const { moduleConfig } = property
  const own = isRecord(moduleConfig) ? moduleConfig[module] : undefined
  return !(isRecord(own) && own.skip === true)
}

/** True for images and other media, which multi-modal modules read. */
function isMedium({ dataType }: PropertySchema): boolean {
  return dataType[0] === 'blob'
}

function isModule(name: string): boolean {
  return name !== '' && name !== 'none'
}
