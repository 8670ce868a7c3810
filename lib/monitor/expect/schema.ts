import type { Static } from '../../core/typebox.ts'
import Type from '../../core/typebox.ts'

const duration = (description: string) =>
  Type.Optional(Type.String({ description: `${description}, as in 24h or 7d` }))

const Expectation = Type.Object(
  {
    every: duration('how often a backup is expected'),
    grace: duration('how late a backup, a verification or a rehearsal may be'),
    verify: duration('how often a verification of one of its archives is expected'),
    rehearse: duration('how often a rehearsal of one of its archives is expected'),
    target: Type.Optional(
      Type.String({ minLength: 1, description: 'the store, by its address or its name in `targets`' }),
    ),
  },
  { additionalProperties: false },
)

/** The section `expect` of a configuration file: patterns of collections, and what is expected of each. */
export const ExpectSchema = Type.Record(Type.String({ minLength: 1 }), Expectation, {
  description: 'patterns of collections, and what is expected of each',
})

/** The section `expect` as a configuration file has it. */
export type ExpectSection = Static<typeof ExpectSchema>
