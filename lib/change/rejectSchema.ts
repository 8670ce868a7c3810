import { REJECT_CODES, type RejectCode } from '../core/reject.ts'
import Type, { type Static } from '../core/typebox.ts'

/**
 * One line of a rejects file. It has exactly one of `record`, `record_base64` and `record_sha256`. The schema
 * of the package (`lib/schema/reject.json`) is generated from it; nothing at run time imports it.
 */
export const RejectSchema = Type.Object(
  {
    line: Type.Integer({ minimum: 1, description: 'The physical line number in the input, from 1.' }),
    code: Type.Enum(Object.keys(REJECT_CODES) as RejectCode[], {
      description: 'Why the line was refused: a stable code.',
    }),
    reason: Type.String({ description: 'Why the line was refused: a sentence, whose wording may change.' }),
    source: Type.Optional(
      Type.String({ description: 'The input that contains the line, if there are several.' }),
    ),
    record: Type.Optional(Type.String({ description: 'The line as read, without its terminator.' })),
    record_base64: Type.Optional(
      Type.String({
        contentEncoding: 'base64',
        description: 'The bytes of the line in base64, if they are not valid UTF-8.',
      }),
    ),
    record_sha256: Type.Optional(
      Type.String({
        pattern: '^[0-9a-f]{64}$',
        description: 'The SHA-256 of the line, if it was too long to keep.',
      }),
    ),
  },
  {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:elysiactl:schema:reject:1',
    title: 'elysiactl reject',
    description: 'One line of a rejects file: a refused line of the input, and the reason.',
    oneOf: [{ required: ['record'] }, { required: ['record_base64'] }, { required: ['record_sha256'] }],
  },
)

/** One line of a rejects file, as a value. */
export type RejectLine = Static<typeof RejectSchema>
