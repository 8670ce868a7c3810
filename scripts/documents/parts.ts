import Type, { type TProperties, type TSchema } from 'typebox'

/** What several documents hold. Nothing but what is named may stand in one: a test holds real output against them. */
export function object(description: string, properties: TProperties) {
  return Type.Object(properties, { description, additionalProperties: false })
}

/** A whole document, with its name. */
export function document(name: string, description: string, properties: TProperties) {
  return Type.Object(properties, { ...headOf(name, description), additionalProperties: false })
}

/** What stands at the head of the schema of a document. */
export function headOf(name: string, description: string) {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:elysiactl:schema:${name}:1`,
    title: `elysiactl ${name}`,
    description,
  }
}

export const text = (description: string) => Type.String({ description })
export const count = (description: string) => Type.Integer({ minimum: 0, description })
export const number = (description: string) => Type.Number({ minimum: 0, description })
export const flag = (description: string) => Type.Boolean({ description })
export const moment = (description: string) => Type.String({ format: 'date-time', description })
export const list = (items: TSchema, description: string) => Type.Array(items, { description })
export const texts = (description: string) => list(Type.String(), description)
export const optional = <S extends TSchema>(schema: S) => Type.Optional(schema)
export const one = (values: readonly string[], description: string) => Type.Enum([...values], { description })
export const nullable = (schema: TSchema, description: string) =>
  Type.Union([schema, Type.Null()], { description })
/** Anything JSON can say. */
export const anything = (description: string) => Type.Unknown({ description })
/** Values by names that are not known beforehand. */
export const byName = (values: TSchema, description: string) =>
  Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: values, description })
/** Counts by the code or the reason. */
export const counts = (description: string) => byName(Type.Integer({ minimum: 0 }), description)

export const transforms = list(
  object('A transform.', {
    name: text('The name of the transform: `map title=headline`.'),
    sha256: optional(text('A fingerprint of the transform’s file or key; absent if it has neither.')),
    text: optional(text('The text of a script.')),
  }),
  'The transforms applied to objects, in order.',
)

export const target = text('The store, without secrets.')
export const error = object('Why it failed.', {
  code: text('A code of the list in SPEC.md, "Errors".'),
  message: text('What happened, and to what.'),
})
export const retries = count('Calls to the store that were repeated.')
export const runId = text('The id of the run.')
export const startedAt = moment('When this process started the run.')
export const seconds = number('How many seconds the run took.')
export const rss = count('Peak memory of the process in bytes.')
