import Type, { type TProperties } from '../../core/typebox.ts'

/** The schema of an event: its type, its description for programs, and its fields. */
export function event<const T extends string, P extends TProperties>(
  type: T,
  description: string,
  fields: P,
) {
  return Type.Object({ type: Type.Literal(type), ...fields }, { description })
}

/**
 * Schemas of fields with their descriptions: a text; a list of texts; a count from 0; a boolean; one of these texts.
 */
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
      message: Type.String({ description: 'What happened, and to what.' }),
      hint: Type.Optional(Type.String({ description: 'The next step.' })),
    },
    { description },
  )

const counts = (description: string) =>
  Type.Unsafe<Record<string, number>>({
    type: 'object',
    additionalProperties: { type: 'integer', minimum: 0 },
    description,
  })

/** The counts of records, in a run's events and in its report. */
export const recordCounts = {
  lines: count('Lines of the input: `blank` plus `records`.'),
  blank: count('Lines with only white space.'),
  records: count('Lines that are not blank: the sum of the outcomes below.'),
  written: count('Records that wrote an object.'),
  deleted: count('Records that removed an object.'),
  unchanged: count('Records that changed nothing.'),
  superseded: count('Records that later ones replaced before they were written; each saved a write.'),
  skipped: counts('Records that were not indexed, by reason.'),
  rejected: counts('Rejected records, by code.'),
  control: count('Control records.'),
  retries: count('Calls to the store that were repeated.'),
  bytes: count('Bytes of input, after decompression.'),
}

/** The files that a run made or read, reported at its end; each is absent if there is none. */
export const runFacts = {
  archive: Type.Optional(text('The id of the archive that the run made or read.')),
  archive_bytes: Type.Optional(count('Size in bytes of the archive that the run made.')),
  rejects_file: Type.Optional(text('The file with the rejected records or objects.')),
  rate_per_second: Type.Optional(
    Type.Number({
      minimum: 0,
      description: 'Records or objects that this process settled per second.',
    }),
  ),
  bytes_in: Type.Optional(count('Bytes that the run read.')),
  bytes_out: Type.Optional(count('Bytes that the run wrote.')),
}
