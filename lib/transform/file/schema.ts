import Type, { type Static } from '../../core/typebox.ts'

const closed = { additionalProperties: false }
const text = (description: string) => Type.String({ minLength: 1, description })

/** An object of an example: all its properties, and any other fields that matter. */
const ExampleObject = Type.Object(
  {
    id: Type.Optional(text('The UUID of the object; if `in` has none, one is made up.')),
    properties: Type.Record(Type.String(), Type.Unknown(), { description: 'All properties of the object.' }),
    vector: Type.Optional(
      Type.Union([Type.Array(Type.Number()), Type.Null()], {
        description: 'The unnamed vector; in `out`, null means that the object has none.',
      }),
    ),
    vectors: Type.Optional(
      Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()], {
        description: 'Vectors by name: each a list of numbers, or a list of such lists.',
      }),
    ),
    tenant: Type.Optional(text('The tenant of the object.')),
  },
  { ...closed, description: 'An object.' },
)

const Example = Type.Object(
  {
    name: Type.Optional(text('What the example shows.')),
    in: ExampleObject,
    out: Type.Optional(
      Type.Union([ExampleObject, Type.Array(ExampleObject)], {
        description: 'The object that the transforms produce; a list if there are several.',
      }),
    ),
    filtered: Type.Optional(Type.Literal(true, { description: 'The object is left out.' })),
    reject: Type.Optional(
      Type.Union([Type.Literal(true), Type.String({ minLength: 1 })], {
        description: 'The object is rejected; if this is a text, the reason contains it.',
      }),
    ),
  },
  { ...closed, description: 'An object and its outcome: exactly one of `out`, `filtered` and `reject`.' },
)

const Step = Type.Object(
  {
    map: Type.Optional(text('`old=new`: renames a property.')),
    drop: Type.Optional(text('Removes a property.')),
    set: Type.Optional(text('`property=EXPRESSION`: gives a property a value.')),
    convert: Type.Optional(text('`property:type`: changes the type of a property.')),
    where: Type.Optional(text('Keeps only objects for which this condition is true.')),
    mask: Type.Optional(text('Replaces each value of a property with its HMAC.')),
    script: Type.Optional(text('The path of a script, relative to this file.')),
    on_error: Type.Optional(
      Type.Unsafe<'reject' | 'null' | 'keep' | null>({
        enum: ['reject', 'null', 'keep', null],
        description: 'Only for `convert`: what to do with a value that cannot be converted.',
      }),
    ),
    timeout: Type.Optional(text('Only for `script`: how long it may take for one object, such as `10s`.')),
  },
  {
    ...closed,
    description:
      'One transform: exactly one of `map`, `drop`, `set`, `convert`, `where`, `mask` and `script`.',
  },
)

/** The file of `--pipeline`. */
export const PipelineFileSchema = Type.Object(
  {
    $schema: Type.Optional(Type.String({ description: 'The address of this schema, for editors.' })),
    steps: Type.Array(Step, { minItems: 1, maxItems: 1000, description: 'The transforms, in order.' }),
    class: Type.Optional(
      Type.Unsafe<{ readonly class: string }>({
        type: 'object',
        required: ['class'],
        properties: { class: { type: 'string' } },
        description:
          'The class of the examples, as a server returns it; by default, it is derived from the examples.',
      }),
    ),
    examples: Type.Optional(
      Type.Array(Example, {
        maxItems: 10_000,
        description: 'Objects and their outcomes, which `elysiactl transform test` checks.',
      }),
    ),
  },
  { ...closed, description: 'Transforms of objects, in order, with examples.' },
)

/** A file of transforms, as written. */
export type PipelineFile = Static<typeof PipelineFileSchema>
/** One transform of a file, under the name of its kind. */
export type StepEntry = Static<typeof Step>
/** An object, and what the steps make of it. */
export type ExampleEntry = Static<typeof Example>
