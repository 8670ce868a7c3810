import { ElysiaError } from '../../../core/errors.ts'
import { parseExact } from '../../../core/exactJson.ts'
import type { JsonObject } from '../../../core/object.ts'
import { isRecord } from '../../../core/value/record.ts'
import type { Transform } from '../../../transform/transform.ts'
import { setIndexType, setQuantizer } from '../../../transform/vectors/indexes.ts'
import { mapVectors } from '../../../transform/vectors/map.ts'
import { parseVectorArguments } from '../../../transform/vectors/options.ts'
import { revectorize } from '../../../transform/vectors/revectorize.ts'
import { setVectorizer } from '../../../transform/vectors/vectorizer.ts'
import type { RestoreOptions } from '../options.ts'
import type { RestoreSource } from '../source/source.ts'

/** The options about vectors. */
export type VectorOptions = Pick<
  RestoreOptions,
  'vectorMap' | 'vectorizer' | 'vectorizerSettings' | 'indexType' | 'quantizer' | 'revectorize' | 'vectors'
>

/**
 * The options about vectors and their indexes as transforms, in order: names, modules, indexes, compression, and last
 * the vectors to be made again.
 * @throws ElysiaError ELYSIA_USAGE if one cannot be read, or vectors of different models would be mixed
 */
export function vectorTransforms(
  options: VectorOptions,
  source: Pick<RestoreSource, 'withoutVectors'>,
): readonly Transform[] {
  const { vectorMap, vectorizer, indexType, quantizer } = options
  const settings = settingsIn(options)
  requireAnew(options, source)
  return [
    ...(vectorMap === undefined ? [] : [mapVectors(vectorMap)]),
    ...(vectorizer === undefined ? [] : [setVectorizer(vectorizer, settings)]),
    ...(indexType === undefined ? [] : [setIndexType(indexType)]),
    ...(quantizer === undefined ? [] : [setQuantizer(quantizer)]),
    ...(options.revectorize ? [revectorize()] : []),
  ]
}

/** The module of a class turns a query into a vector: it finds nothing among vectors of another model. */
function requireAnew(
  { vectorizer, revectorize: anew, vectors }: VectorOptions,
  { withoutVectors }: Pick<RestoreSource, 'withoutVectors'>,
): void {
  const isChosen = anew || vectors === 'keep' || vectors === 'archive'
  if (vectorizer === undefined || isChosen || withoutVectors === true) return
  const module = parseVectorArguments('--vectorizer', vectorizer).find(({ what }) => what !== 'none')
  if (module === undefined) return
  const fact = `the objects bring vectors that ${module.what} did not make`
  throw new ElysiaError('ELYSIA_USAGE', fact, {
    hint: 'use --revectorize to have it make all of them again, or --vectors keep if they are what it would make',
  })
}

function settingsIn({ vectorizer, vectorizerSettings: given }: VectorOptions): JsonObject {
  if (given === undefined) return {}
  const hint = `such as --vectorizer text2vec-ollama --vectorizer-settings '{"apiEndpoint":"http://ollama:11434"}'`
  if (vectorizer === undefined)
    throw new ElysiaError('ELYSIA_USAGE', '--vectorizer-settings needs --vectorizer', { hint })
  const settings = jsonIn(given)
  if (isRecord(settings)) return settings as JsonObject
  throw new ElysiaError('ELYSIA_USAGE', '--vectorizer-settings is not a JSON object', { hint })
}

function jsonIn(given: string): unknown {
  try {
    return parseExact(given)
  } catch {
    return undefined
  }
}
