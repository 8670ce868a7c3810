import { ElysiaError } from '../../core/errors.ts'
import { type CollectionSchema, type PropertySchema, propertiesIn } from '../../core/schema.ts'
import { didYouMean } from '../../core/suggest.ts'

/** The property that a transform names. @throws ElysiaError ELYSIA_USAGE if the class has no property of that name */
export function propertyOf(stage: string, schema: CollectionSchema, property: string) {
  const { class: name } = schema
  const properties = propertiesIn(schema)
  const declared = properties.find((one) => one.name === property)
  if (declared !== undefined) return declared
  const names = properties.map((one) => one.name)
  throw stageFault(
    stage,
    `${name} has no property ${property} at this point`,
    didYouMean(property, names, names.length === 0 ? 'it has none' : `it has ${names.join(', ')}`),
  )
}

/**
 * The property names that a server accepts; it changes the first letter to lower case.
 * @see https://github.com/weaviate/weaviate/blob/v1.39.0/entities/schema/validation.go
 */
const NAME = /^[_a-z][_0-9A-Za-z]{0,230}$/
const TAKEN: ReadonlySet<string> = new Set(['id', '_id', '_additional'])

/**
 * Checks the name of a new property: a small letter or _, then letters, digits and _.
 * @throws ElysiaError ELYSIA_USAGE
 */
export function requireName(stage: string, property: string): void {
  if (NAME.test(property) && !TAKEN.has(property)) return
  throw stageFault(
    stage,
    `${JSON.stringify(property)} is not the name of a property`,
    'it begins with a small letter or _ and goes on with letters, digits and _; id is none',
  )
}

/** Checks that a name is free. @throws ElysiaError ELYSIA_USAGE if the class already has such a property */
export function requireNone(stage: string, schema: CollectionSchema, property: string) {
  const { class: name } = schema
  if (!propertiesIn(schema).some((one) => one.name === property)) return
  throw stageFault(stage, `${name} has a property ${property} already`, `drop it before: --drop ${property}`)
}

/** The two sides of `left=right`. @throws ElysiaError ELYSIA_USAGE */
export function assignment(stage: string, text: string, example: string): [left: string, right: string] {
  const at = text.indexOf('=')
  const [left, right] = [text.slice(0, at).trim(), text.slice(at + 1).trim()]
  if (at > 0 && left !== '' && right !== '') return [left, right]
  throw stageFault(stage, 'it has two sides with = between them', `for example: ${example}`)
}

/** The class with these properties instead of its own. */
export function withProperties(
  schema: CollectionSchema,
  properties: readonly PropertySchema[],
): CollectionSchema {
  return { ...schema, properties }
}

/** The error about a transform, naming its stage. */
export function stageFault(stage: string, fact: string, hint: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `${stage}: ${fact}`, { hint })
}
