import { recordOf } from '../../../core/value/record.ts'
import type { SchemaDraft } from '../schemaDraft.ts'
import { type IndexSettings, indexSettingsOf, objectAtPath, vectorIndexesOf } from '../vectorIndexes.ts'
import type { SchemaRule } from './rule.ts'
import { unknownTo } from './unknown.ts'

/** Vector indexes, and how they compress vectors. */
export const INDEXES: readonly SchemaRule[] = [
  {
    name: 'vector-dropped',
    meaning: 'a vector whose index was dropped is left out',
    of: 'server',
    cause: 'target',
    apply: vectorDropped,
  },
  {
    name: 'index-unknown',
    meaning:
      'an `hfresh` index becomes `hnsw` with the same distance before 1.36: it holds all vectors in memory',
    of: 'server',
    cause: 'target',
    apply: indexUnknown,
  },
  {
    name: 'index-dynamic-off',
    meaning:
      'a `dynamic` index becomes its `hnsw` half where the target refuses it, since it does not index asynchronously',
    of: 'server',
    cause: 'target',
    refusal: /dynamic index can only be created/,
    apply: dynamicOff,
  },
  {
    name: 'index-connections',
    meaning: '`maxConnections` is 2047 at most from 1.32 on',
    of: 'server',
    cause: 'target',
    apply: connections,
  },
  {
    name: 'quantizer-unknown',
    meaning:
      'rotational quantization that the target does not have becomes the nearest one (hnsw: 8 and 4 bits `rq` of 8 bits from 1.32 on, else `sq`; 1 bit `bq`; flat: 1 bit `bq`, else none)',
    of: 'server',
    cause: 'target',
    apply: quantizerUnknown,
  },
  {
    name: 'quantizer-unsaid',
    meaning:
      'an uncompressed index that does not speak of it says `skipDefaultQuantization` from 1.33 on (flat: 1.35), since a server may have a standard one; before, it is left out',
    of: 'server',
    cause: 'wording',
    apply: quantizerUnsaid,
  },
  {
    name: 'multivector-encoding',
    meaning: '`muvera` is left out before 1.31: the index holds each vector of a multi-vector',
    of: 'server',
    cause: 'target',
    apply: multivectorEncoding,
  },
]

const QUANTIZERS = ['pq', 'bq', 'sq', 'rq'] as const
const MOST_CONNECTIONS = 2047

function vectorDropped({ schema, set }: SchemaDraft): void {
  for (const [name, config] of Object.entries(recordOf(schema.vectorConfig))) {
    if (recordOf(config).vectorIndexType !== 'none') continue
    set(['vectorConfig', name], undefined, 'the vector was dropped, and no class is made with a dropped one')
  }
}

function indexUnknown({ schema, target, set }: SchemaDraft): void {
  if (!unknownTo(target, 36)) return
  for (const { path, type } of vectorIndexesOf(schema)) {
    if (type !== 'hfresh') continue
    const reason = `Weaviate ${target.version} has no hfresh index`
    const { distance } = objectAtPath(schema, [...path, 'vectorIndexConfig'])
    set([...path, 'vectorIndexType'], 'hnsw', reason)
    set([...path, 'vectorIndexConfig'], distance === undefined ? undefined : { distance }, reason)
  }
}

function dynamicOff({ schema, set }: SchemaDraft): void {
  for (const { path, type } of vectorIndexesOf(schema)) {
    if (type !== 'dynamic') continue
    const reason = 'the target does not index asynchronously, which a dynamic index needs'
    const { distance, hnsw } = objectAtPath(schema, [...path, 'vectorIndexConfig'])
    const settings = { ...recordOf(hnsw), ...(distance !== undefined && { distance }) }
    set([...path, 'vectorIndexType'], 'hnsw', reason)
    set([...path, 'vectorIndexConfig'], settings, reason)
  }
}

function connections({ schema, target, set }: SchemaDraft): void {
  if (unknownTo(target, 32)) return
  for (const { path, settings } of indexSettingsOf(schema)) {
    if (Number(settings.maxConnections ?? 0) <= MOST_CONNECTIONS) continue
    set([...path, 'maxConnections'], MOST_CONNECTIONS, 'it is the most that the target takes')
  }
}

function quantizerUnknown(patching: SchemaDraft): void {
  const { schema, target, set } = patching
  for (const { path, type, settings } of indexSettingsOf(schema)) {
    const rq = recordOf(settings.rq)
    if (rq.enabled !== true || type === 'hfresh') continue
    const bits = Number(rq.bits ?? 8)
    const [since, feature] = rotational(type, bits)
    if (!unknownTo(target, since)) continue
    const reason = `Weaviate ${target.version} has no ${feature}`
    if (type === 'hnsw' && bits !== 1 && !unknownTo(target, 32)) {
      set([...path, 'rq', 'bits'], 8, reason)
      continue
    }
    set([...path, 'rq'], undefined, reason)
    const instead = bits === 1 ? 'bq' : type === 'hnsw' ? 'sq' : undefined
    if (instead !== undefined)
      set([...path, instead], { ...recordOf(settings[instead]), enabled: true }, reason)
  }
}

/** The minor release that introduced such a quantization, and its name. */
function rotational(type: string, bits: number): readonly [since: number, what: string] {
  if (type === 'flat') return [34, 'rotational quantization of a flat index']
  if (bits === 8) return [32, 'rotational quantization']
  return [bits === 1 ? 33 : 39, `rotational quantization of ${bits} ${bits === 1 ? 'bit' : 'bits'}`]
}

function quantizerUnsaid({ schema, target, set }: SchemaDraft): void {
  if (target.version === undefined) return
  for (const index of indexSettingsOf(schema)) {
    const { path, type, settings } = index
    if (type !== 'hnsw' && type !== 'flat') continue
    const isUnknown = unknownTo(target, type === 'hnsw' ? 33 : 35)
    const key = [...path, 'skipDefaultQuantization']
    if (isUnknown && settings.skipDefaultQuantization === true) {
      set(key, undefined, 'the target has no standard quantization')
    } else if (!isUnknown && isUncompressed(index) && settings.skipDefaultQuantization === undefined) {
      set(key, true, 'the index was not compressed, and the target may have a standard quantization')
    }
  }
}

function isUncompressed({ settings }: IndexSettings): boolean {
  return (
    Object.keys(settings).length > 0 && QUANTIZERS.every((name) => recordOf(settings[name]).enabled !== true)
  )
}

function multivectorEncoding({ schema, target, set }: SchemaDraft): void {
  if (!unknownTo(target, 31)) return
  for (const { path, settings } of indexSettingsOf(schema)) {
    const multivector = recordOf(settings.multivector)
    if (multivector.enabled !== true || recordOf(multivector.muvera).enabled !== true) continue
    set([...path, 'multivector', 'muvera'], undefined, `Weaviate ${target.version} does not know it`)
  }
}
