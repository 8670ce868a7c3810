import type { JsonObject } from '../../core/object.ts'
import type { PropertySchema } from '../../core/schema.ts'
import { counted } from '../../core/units.ts'
import { recordOf } from '../../core/value/record.ts'
import type { Patching } from './patching.ts'

/** One setting that a target may not accept unchanged. */
export interface SchemaRule {
  readonly name: string
  /** What it does, for SPEC.md. */
  readonly meaning: string
  /** `server`: applies to Weaviate servers only. */
  readonly of: 'any' | 'server'
  apply(patching: Patching): void
}

/**
 * All rules, in the order in which they apply: what breaks if the class of one server is sent to another.
 * @see SPEC.md, "Restore"
 */
export const RULES: readonly SchemaRule[] = [
  { name: 'name', meaning: 'the class gets the name of `--name`', of: 'any', apply: name },
  {
    name: 'reference-to-itself',
    meaning: 'references of the class to itself follow the new name',
    of: 'any',
    apply: referenceToItself,
  },
  {
    name: 'sharding-with-tenants',
    meaning: '`shardingConfig` of a class with tenants is left out: no server takes both',
    of: 'server',
    apply: shardingWithTenants,
  },
  {
    name: 'sharding-as-it-was',
    meaning:
      '`actualCount`, `actualVirtualCount` and `desiredVirtualCount` are left out; `desiredCount` stays',
    of: 'server',
    apply: shardingAsItWas,
  },
  {
    name: 'replication',
    meaning: 'no more copies than the target has nodes, or what `--replication` says',
    of: 'server',
    apply: replication,
  },
  {
    name: 'deletion-strategy',
    meaning: '`deletionStrategy` is left out where its value came after the version of the target (1.28)',
    of: 'server',
    apply: deletionStrategy,
  },
  {
    name: 'vectorizer-none',
    meaning: 'every vectorizer becomes `none` under `--vectorizer none`',
    of: 'any',
    apply: vectorizerNone,
  },
  {
    name: 'vectorizer-unknown',
    meaning: 'a vectorizer that the target does not have becomes `none`',
    of: 'server',
    apply: vectorizerUnknown,
  },
  {
    name: 'vectorizer-unsaid',
    meaning: 'a class that names no vectorizer says `none`, since a server may have a standard one',
    of: 'server',
    apply: vectorizerUnsaid,
  },
  {
    name: 'module-unknown',
    meaning: '`moduleConfig` of modules that the target does not have is left out',
    of: 'server',
    apply: moduleUnknown,
  },
  {
    name: 'property-module',
    meaning: 'what a property says to a vectorizer that its class does not use is left out',
    of: 'server',
    apply: propertyModule,
  },
  {
    name: 'vector-dropped',
    meaning: 'a vector whose index was dropped is left out',
    of: 'server',
    apply: vectorDropped,
  },
  {
    name: 'property-internal',
    meaning: '`searchableBlockmax` and `bucketGeneration` are left out',
    of: 'server',
    apply: propertyInternal,
  },
  {
    name: 'index-inverted',
    meaning: '`indexInverted` beside the settings that replaced it is left out',
    of: 'server',
    apply: indexInverted,
  },
  {
    name: 'string-type',
    meaning: '`string` becomes `text`, cut at white space unless it was a `field`',
    of: 'server',
    apply: stringType,
  },
  {
    name: 'blob-hash',
    meaning: '`blobHash` becomes `text`, since a server would hash the hash',
    of: 'server',
    apply: blobHash,
  },
]

function name({ wishes, set }: Patching): void {
  if (wishes.name !== undefined) set(['class'], wishes.name, 'it is restored under another name')
}

function referenceToItself({ schema, nameBefore, set }: Patching): void {
  const nameNow = String(schema.class)
  for (const { name, dataType } of propertiesOf(schema)) {
    if (nameNow === nameBefore || !dataType.includes(nameBefore)) continue
    const renamed = dataType.map((type) => (type === nameBefore ? nameNow : type))
    set(['properties', name, 'dataType'], renamed, 'its references lead to objects of the class itself')
  }
}

function shardingWithTenants({ schema, set }: Patching): void {
  if (recordOf(schema.multiTenancyConfig).enabled !== true) return
  set(['shardingConfig'], undefined, 'a class with tenants has a shard for each, and takes no other sharding')
}

function shardingAsItWas({ schema, set }: Patching): void {
  if (schema.shardingConfig === undefined) return
  for (const key of ['actualCount', 'actualVirtualCount', 'desiredVirtualCount']) {
    set(['shardingConfig', key], undefined, 'it says how the class lay on the nodes it came from')
  }
}

function replication({ schema, target, wishes, set }: Patching): void {
  const factor = Number(recordOf(schema.replicationConfig).factor ?? 1)
  const wanted = wishes.replication ?? Math.min(factor, Math.max(1, target.nodes))
  if (wanted === factor) return
  const reason =
    wishes.replication === undefined
      ? `the target has ${counted(target.nodes, 'node')}`
      : 'it was asked for with --replication'
  if (schema.replicationConfig === undefined) set(['replicationConfig'], { factor: wanted }, reason)
  else set(['replicationConfig', 'factor'], wanted, reason)
}

function deletionStrategy({ schema, target, set }: Patching): void {
  if (!/^1\.27\./.test(target.version ?? '')) return
  const { deletionStrategy: strategy } = recordOf(schema.replicationConfig)
  if (strategy === undefined || strategy === 'NoAutomatedResolution' || strategy === 'DeleteOnConflict')
    return
  set(['replicationConfig', 'deletionStrategy'], undefined, `Weaviate ${target.version} does not know it`)
}

function vectorizerNone({ schema, wishes, set }: Patching): void {
  if (wishes.vectorizer !== 'none') return
  const reason = 'it was asked for with --vectorizer none'
  if (typeof schema.vectorizer === 'string') set(['vectorizer'], 'none', reason)
  for (const name of Object.keys(recordOf(schema.vectorConfig))) {
    set(['vectorConfig', name, 'vectorizer'], { none: {} }, reason)
  }
}

function vectorizerUnknown({ schema, target, set }: Patching): void {
  const { modules } = target
  if (modules === undefined) return
  const lacks = (module: string) => module !== 'none' && module !== '' && !modules.includes(module)
  const { vectorizer } = schema
  if (typeof vectorizer === 'string' && lacks(vectorizer)) set(['vectorizer'], 'none', noModule(vectorizer))
  for (const [name, config] of Object.entries(recordOf(schema.vectorConfig))) {
    const missing = Object.keys(recordOf(recordOf(config).vectorizer)).find(lacks)
    if (missing !== undefined) {
      set(['vectorConfig', name, 'vectorizer'], { none: {} }, noModule(missing))
    }
  }
}

/** A server may have a default vectorizer, which would compute vectors for objects that never had any. */
function vectorizerUnsaid({ schema, set }: Patching): void {
  if (schema.vectorizer !== undefined || Object.keys(recordOf(schema.vectorConfig)).length > 0) return
  set(['vectorizer'], 'none', 'the class says nothing of it, and the target may have a standard of its own')
}

function moduleUnknown({ schema, target, set }: Patching): void {
  const { modules } = target
  if (modules === undefined) return
  const unknownModules = (config: unknown) =>
    Object.keys(recordOf(config)).filter((one) => !modules.includes(one))
  for (const module of unknownModules(schema.moduleConfig)) {
    set(['moduleConfig', module], undefined, noModule(module))
  }
  for (const { name, moduleConfig } of propertiesOf(schema)) {
    for (const module of unknownModules(moduleConfig)) {
      set(['properties', name, 'moduleConfig', module], undefined, noModule(module))
    }
  }
}

/** A server refuses what a property says to a vectorizer that its class does not use. */
function propertyModule({ schema, set }: Patching): void {
  const used = Object.values(recordOf(schema.vectorConfig)).flatMap((config) =>
    Object.keys(recordOf(recordOf(config).vectorizer)),
  )
  if (typeof schema.vectorizer === 'string') used.push(schema.vectorizer)
  for (const { name, moduleConfig } of propertiesOf(schema)) {
    for (const module of Object.keys(recordOf(moduleConfig)).filter((one) => /2\w*vec-/.test(one))) {
      if (used.includes(module)) continue
      const reason = `no vector of the class is made by ${module}`
      set(['properties', name, 'moduleConfig', module], undefined, reason)
    }
  }
}

function vectorDropped({ schema, set }: Patching): void {
  for (const [name, config] of Object.entries(recordOf(schema.vectorConfig))) {
    if (recordOf(config).vectorIndexType !== 'none') continue
    set(['vectorConfig', name], undefined, 'the vector was dropped, and no class is made with a dropped one')
  }
}

function propertyInternal({ schema, set }: Patching): void {
  for (const { name } of propertiesOf(schema)) {
    for (const key of ['searchableBlockmax', 'bucketGeneration']) {
      set(['properties', name, key], undefined, 'it is the note of a server to itself')
    }
  }
}

function indexInverted({ schema, set }: Patching): void {
  for (const property of propertiesOf(schema)) {
    const newer = ['indexFilterable', 'indexSearchable', 'indexRangeFilters'].some(
      (key) => property[key] !== undefined && property[key] !== null,
    )
    if (!newer) continue
    set(['properties', property.name, 'indexInverted'], undefined, 'newer settings say the same')
  }
}

/** The types that a server itself makes of these. */
function stringType({ schema, set }: Patching): void {
  for (const { name, dataType, tokenization } of propertiesOf(schema)) {
    const [type] = dataType
    if (type !== 'string' && type !== 'string[]') continue
    const reason = 'the type string is no more: a text that is cut at spaces is the same'
    set(['properties', name, 'dataType'], [type === 'string' ? 'text' : 'text[]'], reason)
    set(['properties', name, 'tokenization'], tokenization === 'field' ? 'field' : 'whitespace', reason)
  }
}

function blobHash({ schema, set }: Patching): void {
  for (const { name, dataType } of propertiesOf(schema)) {
    if (dataType[0] !== 'blobHash') continue
    const reason = 'a server would keep the hash of the hash: its text is kept as it is'
    set(['properties', name, 'dataType'], ['text'], reason)
  }
}

function noModule(module: string): string {
  return `the target has no module ${module}`
}

function propertiesOf({ properties }: JsonObject): readonly PropertySchema[] {
  return Array.isArray(properties) ? (properties as unknown as PropertySchema[]) : []
}
