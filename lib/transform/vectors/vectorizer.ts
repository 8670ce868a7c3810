import { createHash } from 'node:crypto'
import { ElysiaError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/object.ts'
import type { CollectionSchema, PropertySchema } from '../../core/schema.ts'
import { isRecord, recordOf } from '../../core/value/record.ts'
import type { Transform } from '../transform.ts'
import { entriesOf, entryNamed, UNNAMED, type VectorEntry, withEntries } from './entry.ts'
import { parseVectorArguments } from './options.ts'
import { vectorTransform } from './vectorTransform.ts'

/** Settings that mean the same to every vectorizer. */
const SHARED = ['properties', 'sourceProperties', 'vectorizeClassName', 'vectorizeCollectionName']

/**
 * Lets other modules compute vectors: `MODULE[:VECTOR],…`, for all vectors if VECTOR is omitted; `none` for no
 * module. A vector with a new name is added, with an hnsw index. Keeps the list of properties to read; `settings` go
 * to each module. Does not change objects. @throws ElysiaError ELYSIA_USAGE
 */
export function setVectorizer(given: string, settings: JsonObject = {}): Transform {
  const vectorArguments = parseVectorArguments('--vectorizer', given)
  const settingsText = JSON.stringify(settings)
  return vectorTransform({
    name: `vectorizer ${given}`,
    rule: 'vectorizer',
    ...(settingsText !== '{}' && { sha256: createHash('sha256').update(settingsText).digest('hex') }),
    change(before) {
      const entries = entriesOf(before)
      const after = [...entries]
      for (const { what, vector } of vectorArguments) {
        const those = vector === undefined ? entries : [entryNamed(entries, vector) ?? added(vector, before)]
        for (const entry of those) {
          const at = after.findIndex(({ name }) => name === entry.name)
          after[at < 0 ? after.length : at] = madeBy(what, settings, entry)
        }
      }
      const schema = withEntries(before, after)
      return { schema: { ...schema, ...propertiesOf(before, entries, after) } }
    },
  })
}

function added(vector: string, { class: name }: CollectionSchema): VectorEntry {
  if (vector === UNNAMED) {
    throw new ElysiaError('ELYSIA_USAGE', `${name} has no vector without a name, and none named ${UNNAMED}`, {
      hint: 'name one of its vectors, or a new one',
    })
  }
  return { name: vector, module: 'none', settings: {}, indexType: 'hnsw', indexConfig: undefined }
}

function madeBy(module: string, settings: JsonObject, entry: VectorEntry): VectorEntry {
  if (module === 'none') return { ...entry, module, settings: {} }
  const kept =
    entry.module === module
      ? entry.settings
      : Object.fromEntries(Object.entries(entry.settings).filter(([key]) => SHARED.includes(key)))
  return { ...entry, module, settings: { ...kept, ...settings } }
}

/** Moves a property's settings from the old module to its replacement. */
function propertiesOf(
  { properties }: CollectionSchema,
  before: readonly VectorEntry[],
  after: readonly VectorEntry[],
): Pick<CollectionSchema, 'properties'> {
  const instead = new Map<string, string>()
  for (const [at, { module }] of before.entries()) {
    const now = after[at]?.module ?? 'none'
    if (module !== now && module !== 'none' && now !== 'none') instead.set(module, now)
  }
  if (properties == null || instead.size === 0) return {}
  return { properties: properties.map((one) => renamedModuleConfig(one, instead)) }
}

function renamedModuleConfig(property: PropertySchema, instead: ReadonlyMap<string, string>): PropertySchema {
  if (!isRecord(property.moduleConfig)) return property
  const moduleSettings = Object.entries(recordOf(property.moduleConfig))
  return {
    ...property,
    moduleConfig: Object.fromEntries(
      moduleSettings.map(([module, told]) => [instead.get(module) ?? module, told]),
    ),
  }
}
