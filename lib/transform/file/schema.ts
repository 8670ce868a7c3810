import Type, { type Static } from '../../core/typebox.ts'

const closed = { additionalProperties: false }
const text = (description: string) => Type.String({ minLength: 1, description })

/** An object of an example: all its properties, and any other fields that matter. */
const ExampleObject = Type.Object(
  {
    id: Type.Optional(text('Its UUID; of `in` one is made up where it does not matter.')),
    properties: Type.Record(Type.String(), Type.Unknown(), { description: 'All of its properties.' }),
    vector: Type.Optional(
      Type.Union([Type.Array(Type.Number()), Type.Null()], {
        description: 'The vector without a name; of `out` null says that it has none.',
      }),
    ),
    vectors: Type.Optional(
      Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()], {
        description: 'Named vectors, each a list of numbers, or of such lists.',
      }),
    ),
    tenant: Type.Optional(text('Its tenant.')),
  },
  { ...closed, description: 'An object.' },
)

const Example = Type.Object(
  {
    name: Type.Optional(text('What it shows.')),
    in: ExampleObject,
    out: Type.Optional(
      Type.Union([ExampleObject, Type.Array(ExampleObject)], {
        description: 'What becomes of it; a list where that is several objects.',
      }),
    ),
    filtered: Type.Optional(Type.Literal(true, { description: 'It is left out.' })),
    reject: Type.Optional(
      Type.Union([Type.Literal(true), Type.String({ minLength: 1 })], {
        description: 'It is rejected; a text stands in the reason.',
      }),
    ),
  },
  { ...closed, description: 'What becomes of an object: exactly one of `out`, `filtered` and `reject`.' },
)

const Step = Type.Object(
  {
    map: Type.Optional(text('`old=new`: renames a property.')),
    drop: Type.Optional(text('Takes a property away.')),
    set: Type.Optional(text('`property=EXPRESSION`: gives a property a value.')),
    convert: Type.Optional(text('`property:type`: changes the type of a property.')),
    where: Type.Optional(text('Leaves out what this condition is not true of.')),
    mask: Type.Optional(text('Replaces the values of a property by their HMAC.')),
    script: Type.Optional(text('A script, relative to this file.')),
    on_error: Type.Optional(
      Type.Unsafe<'reject' | 'null' | 'keep' | null>({
        enum: ['reject', 'null', 'keep', null],
        description: 'Of `convert`: what becomes of a value that cannot be converted.',
      }),
    ),
    timeout: Type.Optional(text('Of `script`: how long it may take for one object, as `10s`.')),
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
    steps: Type.Array(Step, { minItems: 1, maxItems: 1000, description: 'Transforms, in their order.' }),
    class: Type.Optional(
      Type.Unsafe<{ readonly class: string }>({
        type: 'object',
        required: ['class'],
        properties: { class: { type: 'string' } },
        description: 'The class of the examples, as a server has it; without it, it follows from them.',
      }),
    ),
    examples: Type.Optional(
      Type.Array(Example, {
        maxItems: 10_000,
        description: 'Objects and what becomes of them: `elysiactl transform test` runs them.',
      }),
    ),
  },
  { ...closed, description: 'Transforms of objects, in order, with examples.' },
)

export type PipelineFile = Static<typeof PipelineFileSchema>
export type StepEntry = Static<typeof Step>
export type ExampleEntry = Static<typeof Example>
