import Type, { type TProperties } from '../../core/typebox.ts'

/** An event: its type, what it says to a program that reads it, and its fields. */
export function event<const T extends string, P extends TProperties>(
  type: T,
  description: string,
  fields: P,
) {
  return Type.Object({ type: Type.Literal(type), ...fields }, { description })
}

export const text = (description: string) => Type.String({ description })
export const texts = (description: string) => Type.Array(Type.String(), { description })
export const count = (description: string) => Type.Integer({ minimum: 0, description })
export const flag = (description: string) => Type.Boolean({ description })
export const choice = <const T extends string>(values: readonly T[], description: string) =>
  Type.Unsafe<T>({ enum: [...values], description })

/** A value of JSON, whatever it is. */
export const json = (description: string) => Type.Unknown({ description })

/** An error that did not end the run, or that ended it. */
export const failure = (description: string) =>
  Type.Object(
    {
      code: Type.String({ description: 'A code of the list in SPEC.md, "Errors".' }),
      message: Type.String({ description: 'What happened, to what.' }),
      hint: Type.Optional(Type.String({ description: 'The next step.' })),
    },
    { description },
  )

export const counts = (description: string) =>
  Type.Unsafe<Readonly<Record<string, number>>>({
    type: 'object',
    additionalProperties: { type: 'integer', minimum: 0 },
    description,
  })
