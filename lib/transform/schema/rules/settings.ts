import { recordOf } from '../../../core/value/record.ts'
import type { SchemaDraft } from '../schemaDraft.ts'
import { propertiesOf } from './properties.ts'
import type { SchemaRule } from './rule.ts'
import { unknownTo } from './unknown.ts'

/** Settings of properties, and the time to live of objects. */
export const SETTINGS: readonly SchemaRule[] = [
  {
    name: 'property-internal',
    meaning: '`searchableBlockmax` and `bucketGeneration` are left out',
    of: 'server',
    cause: 'wording',
    apply: propertyInternal,
  },
  {
    name: 'index-inverted',
    meaning: '`indexInverted` beside the settings that replaced it is left out',
    of: 'server',
    cause: 'wording',
    apply: indexInverted,
  },
  {
    name: 'blob-hash',
    meaning: '`blobHash` becomes `text`, since a server would hash the hash',
    of: 'server',
    cause: 'target',
    apply: blobHash,
  },
  {
    name: 'reference-distinct',
    meaning: '`disableDuplicatedReferences` is left out before 1.36',
    of: 'server',
    cause: 'target',
    apply: referenceDistinct,
  },
  {
    name: 'time-to-live',
    meaning: '`objectTtlConfig` is left out before 1.35: objects do not expire there',
    of: 'server',
    cause: 'target',
    apply: timeToLiveUnknown,
  },
  {
    name: 'time-to-live-off',
    meaning: 'the same where the target refuses it, since it has no schedule for deleting what has expired',
    of: 'server',
    cause: 'target',
    refusal: /OBJECTS_TTL_DELETE_SCHEDULE/,
    apply: timeToLiveOff,
  },
]

function propertyInternal({ schema, set }: SchemaDraft): void {
  for (const { path } of propertiesOf(schema)) {
    for (const key of ['searchableBlockmax', 'bucketGeneration']) {
      set([...path, key], undefined, 'it is the note of a server to itself')
    }
  }
}

function indexInverted({ schema, set }: SchemaDraft): void {
  for (const { property, path } of propertiesOf(schema)) {
    const newer = ['indexFilterable', 'indexSearchable', 'indexRangeFilters'].some(
      (key) => property[key] !== undefined && property[key] !== null,
    )
    if (newer) set([...path, 'indexInverted'], undefined, 'newer settings say the same')
  }
}

function blobHash({ schema, set }: SchemaDraft): void {
  for (const { property, path } of propertiesOf(schema)) {
    if (property.dataType[0] !== 'blobHash') continue
    const reason = 'a server would keep the hash of the hash: its text is kept as it is'
    set([...path, 'dataType'], ['text'], reason)
  }
}

function referenceDistinct({ schema, target, set }: SchemaDraft): void {
  if (!unknownTo(target, 36)) return
  for (const { property, path } of propertiesOf(schema)) {
    if (property.disableDuplicatedReferences !== true) continue
    const reason = `Weaviate ${target.version} keeps a reference as often as it is given`
    set([...path, 'disableDuplicatedReferences'], undefined, reason)
  }
}

function timeToLiveUnknown({ schema, target, set }: SchemaDraft): void {
  if (recordOf(schema.objectTtlConfig).enabled !== true || !unknownTo(target, 35)) return
  set(['objectTtlConfig'], undefined, `in Weaviate ${target.version} objects do not expire`)
}

function timeToLiveOff({ schema, set }: SchemaDraft): void {
  if (schema.objectTtlConfig === undefined) return
  set(['objectTtlConfig'], undefined, 'the target deletes nothing that has expired')
}
