import { ElysiaError } from '../../core/errors.ts'
import { exactJson } from '../../core/exactJson.ts'
import type { Json, StoredObject, Vector } from '../../core/object.ts'
import { type CollectionSchema, type PropertySchema, vectorNames } from '../../core/schema.ts'
import type { PipelineStep, TransformPipeline } from '../pipeline.ts'
import { readsProperty, type Vectorizer, vectorizersOf } from '../schema/vectorizers.ts'
import type { Transform } from '../transform.ts'

/** A vectorizer, and the first transform that touches its input. */
export interface AffectedVectorizer {
  readonly maker: Vectorizer
  readonly stage: string
}

/**
 * The vectorizers of a class that read properties which a pipeline changes, adds or removes: vectors that came with
 * the objects may no longer match their texts.
 */
export function affectedVectorizers(
  { steps, before }: Pick<TransformPipeline, 'steps' | 'before'>,
  target: CollectionSchema,
): readonly AffectedVectorizer[] {
  return vectorizersOf(target).flatMap((maker) => {
    const step = steps.find((one) => touches(one, maker))
    return step === undefined || !mayHave(before, maker.vector) ? [] : [{ maker, stage: step.transform.name }]
  })
}

function mayHave(schema: CollectionSchema, vector: string): boolean {
  const { unnamed, named } = vectorNames(schema)
  return vector === '' ? unnamed : named.includes(vector)
}

/**
 * True if the transforms change what a vectorizer reads, property names included: one that is added, removed or renamed
 * counts.
 */
function touches({ before, bound }: PipelineStep, maker: Vectorizer): boolean {
  const { touches: touched, schema } = bound
  const read = readProperties(before, maker)
  if (touched === undefined) return true
  return (
    read.some(({ name }) => touched.has(name)) || namesOf(read) !== namesOf(readProperties(schema, maker))
  )
}

function namesOf(properties: readonly PropertySchema[]): string {
  return properties
    .map(({ name }) => name)
    .sort()
    .join()
}

/**
 * The properties that a vectorizer reads in a class, whose settings for it may differ from those of the class to be
 * written.
 */
function readProperties(schema: CollectionSchema, maker: Vectorizer): readonly PropertySchema[] {
  const own = vectorizersOf(schema).find(({ vector }) => vector === maker.vector) ?? maker
  return (schema.properties ?? []).filter((property) => readsProperty(own, property))
}

/**
 * Asks for a decision about vectors of changed texts.
 * @throws ElysiaError ELYSIA_USAGE if the user has not said what to do with vectors that may no longer match their
 * texts
 */
export function requireVectorsChoice(
  { class: name }: CollectionSchema,
  touched: readonly AffectedVectorizer[],
  said: string | undefined,
): void {
  const [first] = touched
  if (first === undefined || said !== undefined) return
  const { maker, stage } = first
  const vector = maker.vector === '' ? 'the vector' : `the vector ${maker.vector}`
  throw new ElysiaError(
    'ELYSIA_USAGE',
    `${stage} changes what ${maker.module} makes ${vector} of ${name} from`,
    {
      hint: 'say what to do with the vectors: --vectors keep leaves them as they are, --vectors drop leaves out those whose texts change, so that the server makes new ones',
    },
  )
}

/** The name of this transform. */
export const DROP_STALE = 'vectors drop'

/**
 * Makes the transform that removes vectors whose texts have changed since the objects, of class `first`, came in. It
 * comes last. A vector that a transform has made matches the new texts, and stays.
 */
export function dropStaleVectors(first: CollectionSchema, makers: readonly Vectorizer[]): Transform {
  return {
    name: DROP_STALE,
    bind(schema) {
      const read = makers.map((maker) => ({
        vector: maker.vector,
        before: readProperties(first, maker).map((property) => property.name),
        after: readProperties(schema, maker).map((property) => property.name),
      }))
      const fresh = (object: StoredObject, from: StoredObject): StoredObject => {
        const stale = read.filter(
          ({ vector, before, after }) =>
            vectorOf(object, vector) !== undefined &&
            vectorOf(object, vector) === vectorOf(from, vector) &&
            textsOf(from, before) !== textsOf(object, after),
        )
        return stale.length === 0 ? object : without(object, new Set(stale.map(({ vector }) => vector)))
      }
      return {
        schema,
        touches: new Set(),
        objects: (page, { origin = (object: StoredObject) => object } = {}) => ({
          objects: page.map((object) => fresh(object, origin(object))),
          rejects: [],
          filtered: 0,
        }),
      }
    },
  }
}

function vectorOf({ vector, vectors }: StoredObject, name: string): Vector | undefined {
  return name === '' ? vector : vectors?.[name]
}

function textsOf({ properties }: StoredObject, names: readonly string[]): string {
  const texts = names.toSorted().map((name): Json => [name, properties[name] ?? null])
  return exactJson(texts.filter((one) => (one as Json[])[1] !== null))
}

function without({ vector, vectors, ...rest }: StoredObject, names: ReadonlySet<string>): StoredObject {
  const kept = Object.entries(vectors ?? {}).filter(([name]) => !names.has(name))
  return {
    ...rest,
    ...(vector !== undefined && !names.has('') && { vector }),
    ...(kept.length > 0 && { vectors: Object.fromEntries(kept) }),
  }
}
