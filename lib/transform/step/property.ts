import { ElysiaError } from '../../core/errors.ts'
import type { CollectionSchema, PropertySchema } from '../../core/schema.ts'
import { didYouMean } from '../../core/suggest.ts'

/** A property that a transform names. @throws ElysiaError ELYSIA_USAGE where the class has none of that name */
export function propertyOf(
  stage: string,
  { class: name, properties = [] }: CollectionSchema,
  property: string,
) {
  const found = properties.find((one) => one.name === property)
  if (found !== undefined) return found
  const known = properties.map((one) => one.name)
  throw stageFault(
    stage,
    `${name} has no property ${property} at this point`,
    didYouMean(property, known, known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`),
  )
}

/** The class with other properties. */
export function withProperties(
  schema: CollectionSchema,
  properties: readonly PropertySchema[],
): CollectionSchema {
  return { ...schema, properties }
}

/** What is wrong with a transform, named by its stage. */
export function stageFault(stage: string, fact: string, hint: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `${stage}: ${fact}`, { hint })
}
