import { ElysiaError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/object.ts'
import { recordOf } from '../../core/value/record.ts'
import type { Transform } from '../transform.ts'
import { entriesOf, entryNamed, type VectorEntry, vectorText, withEntries } from './entry.ts'
import { noVector } from './map.ts'
import { parseVectorArguments, type VectorArgument } from './options.ts'
import { vectorTransform } from './vectorTransform.ts'

/** The index types that `--index-type` accepts. */
const INDEX_TYPES = ['hnsw', 'flat', 'dynamic', 'hfresh'] as const

/** The compressions that `--quantizer` accepts. */
const QUANTIZERS = ['pq', 'bq', 'sq', 'rq', 'none'] as const

const COMPRESSING = QUANTIZERS.filter((kind) => kind !== 'none')

/** The compressions that each index type supports. */
const POSSIBLE: Readonly<Record<string, readonly string[]>> = {
  hnsw: COMPRESSING,
  flat: ['bq', 'rq'],
  hfresh: [],
}

/**
 * Changes the index type of vectors: `TYPE[:VECTOR],…`. Keeps the distance; between a dynamic and an hnsw index, also
 * all settings that both have. @throws ElysiaError ELYSIA_USAGE
 */
export function setIndexType(given: string): Transform {
  return indexTransform('index-type', given, INDEX_TYPES, (entry, type) => ({
    ...entry,
    indexType: type,
    indexConfig: configAs(type, entry),
  }))
}

/**
 * Changes or removes the compression of vectors: `KIND[:VECTOR],…`; keeps the class's settings of that kind.
 * @throws ElysiaError ELYSIA_USAGE if an index does not support it
 */
export function setQuantizer(given: string): Transform {
  return indexTransform('quantizer', given, QUANTIZERS, (entry, kind) => ({
    ...entry,
    indexConfig: quantized(entry, kind),
  }))
}

function indexTransform(
  flag: string,
  given: string,
  names: readonly string[],
  change: (entry: VectorEntry, what: string) => VectorEntry,
): Transform {
  const vectorArguments = parseVectorArguments(`--${flag}`, given)
  for (const { what } of vectorArguments) {
    if (names.includes(what)) continue
    throw new ElysiaError('ELYSIA_USAGE', `--${flag} ${what} is not known`, {
      hint: `one of ${names.join(', ')}`,
    })
  }
  return vectorTransform({
    name: `${flag} ${given}`,
    rule: flag,
    change(before) {
      const entries = entriesOf(before)
      for (const { vector } of vectorArguments) {
        if (vector !== undefined && entryNamed(entries, vector) === undefined) throw noVector(before, vector)
      }
      const after = entries.map((entry) => {
        const what = whatFor(entries, entry, vectorArguments)
        return what === undefined ? entry : change(entry, what)
      })
      return { schema: withEntries(before, after) }
    },
  })
}

/** The setting requested for this vector; one with its name takes precedence over one for all. */
function whatFor(
  entries: readonly VectorEntry[],
  entry: VectorEntry,
  asked: readonly VectorArgument[],
): string | undefined {
  const own = asked.find(({ vector }) => vector !== undefined && entryNamed(entries, vector) === entry)
  return (own ?? asked.find(({ vector }) => vector === undefined))?.what
}

function configAs(type: string, { name, indexType = 'hnsw', indexConfig }: VectorEntry): JsonObject {
  const config = recordOf(indexConfig)
  if (type === indexType) return config
  if (type !== 'hnsw' && recordOf(config.multivector).enabled === true) {
    throw new ElysiaError(
      'ELYSIA_USAGE',
      `${vectorText(name)} is a multi-vector, which has an hnsw index alone`,
      {
        hint: 'name the other vectors, as in --index-type flat:content',
      },
    )
  }
  const { distance } = config
  const distanceSetting = distance === undefined ? {} : { distance }
  if (indexType === 'dynamic' && (type === 'hnsw' || type === 'flat'))
    return { ...recordOf(config[type]), ...distanceSetting }
  if (type === 'dynamic' && (indexType === 'hnsw' || indexType === 'flat'))
    return { ...distanceSetting, [indexType]: config }
  return distanceSetting
}

function quantized(entry: VectorEntry, kind: string): JsonObject {
  const config = recordOf(entry.indexConfig)
  const type = entry.indexType ?? 'hnsw'
  if (type !== 'dynamic') return compressed(config, String(type), kind, entry)
  const flat = POSSIBLE.flat!.includes(kind) ? kind : 'none'
  return {
    ...config,
    hnsw: compressed(recordOf(config.hnsw), 'hnsw', kind, entry),
    flat: compressed(recordOf(config.flat), 'flat', flat, entry),
  }
}

function compressed(config: JsonObject, type: string, kind: string, { name }: VectorEntry): JsonObject {
  const possible = POSSIBLE[type] ?? COMPRESSING
  if (type === 'hfresh' || (kind !== 'none' && !possible.includes(kind))) {
    const others =
      possible.length === 0 ? 'it compresses in its own way' : `it can have ${possible.join(', ')}`
    throw new ElysiaError('ELYSIA_USAGE', `the ${type} index of ${vectorText(name)} cannot have ${kind}`, {
      hint: `${others}; --index-type changes the index`,
    })
  }
  const changed: JsonObject = { ...config }
  for (const quantizer of COMPRESSING) {
    if (quantizer === kind) changed[quantizer] = { ...recordOf(config[quantizer]), enabled: true }
    else if (config[quantizer] !== undefined)
      changed[quantizer] = { ...recordOf(config[quantizer]), enabled: false }
  }
  if (kind === 'none') changed.skipDefaultQuantization = true
  return changed
}
