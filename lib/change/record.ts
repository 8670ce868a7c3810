import type { JsonObject } from '../core/object.ts'
import Type, { type Static } from '../core/typebox.ts'
import {
  BASE64_PATTERN,
  MAX_FLOAT32,
  NAME_PATTERN,
  TIMESTAMP_PATTERN,
  VECTOR_NAME_PATTERN,
} from './patterns.ts'

/** The operations that a change may request. */
const OPS = ['add', 'modify', 'delete', 'rename'] as const

/** Further keywords of JSON Schema. */
type Limits = Readonly<Record<string, unknown>>

/** An optional field: absent and null mean the same. */
function optional<T>(type: string, description: string, limits: Limits = {}) {
  return Type.Optional(Type.Unsafe<T | null>({ type: [type, 'null'], ...limits, description }))
}

const text = (description: string, limits?: Limits) => optional<string>('string', description, limits)
const name = { minLength: 1, pattern: NAME_PATTERN }
const timestamp = { pattern: TIMESTAMP_PATTERN }
const float = { type: 'number', minimum: -MAX_FLOAT32, maximum: MAX_FLOAT32 }
const floats = { type: 'array', minItems: 1, items: float }

const contents = {
  content: text('The text of the file. The empty string is content: an empty file.'),
  content_base64: text(
    'The bytes of the file in base64 (RFC 4648 section 4: padded, no line breaks). Used where `content` is absent.',
    { contentEncoding: 'base64', pattern: BASE64_PATTERN },
  ),
  content_ref: text(
    'The path of a file that holds the content, relative to the content root or absolute inside it. Used where `content` and `content_base64` are absent.',
  ),
  skip_index: optional<boolean>('boolean', 'True: do not index this path, whatever content the record has.'),
  skip_reason: text(
    'Why it is not indexed, in a word or two (`binary`, `vendor`, `too_large`); the report counts each reason.',
  ),
}

const extras = {
  metadata: optional<JsonObject>(
    'object',
    'Anything else about the file. It replaces all metadata stored before.',
  ),
  timestamp: text(
    'When the file changed: RFC 3339 with zone, such as `2025-09-03T12:00:00Z`. Becomes `last_modified`.',
    timestamp,
  ),
  vector: Type.Optional(
    Type.Unsafe<number[] | null>({
      ...floats,
      type: ['array', 'null'],
      description: 'The unnamed vector: at least one number, each in the range of a 32-bit float.',
    }),
  ),
  vectors: optional<Record<string, number[] | number[][]>>(
    'object',
    'Vectors by name: each an array of numbers, or an array of such arrays of one width (a multi-vector).',
    {
      propertyNames: { pattern: VECTOR_NAME_PATTERN },
      additionalProperties: { anyOf: [floats, { type: 'array', minItems: 1, items: floats }] },
    },
  ),
}

/** A change of one file: the ordinary record. */
export const FileChange = Type.Object(
  {
    repo: Type.String({ ...name, description: 'The repository the file belongs to. Part of its identity.' }),
    op: Type.Enum([...OPS], { description: 'What happened to the file.' }),
    path: Type.String({
      ...name,
      description: 'The path of the file in its repository, used exactly as written.',
    }),
    new_path: text('The path after a rename.', name),
    ...contents,
    size: Type.Optional(
      Type.Unsafe<number | null>({
        type: ['integer', 'null'],
        minimum: 0,
        description:
          'The size of the file in bytes, as the producer saw it. Not stored: it is computed again.',
      }),
    ),
    mime: text('The media type of the file, as the producer saw it. Not stored.'),
    ...extras,
    line: Type.Optional(
      Type.Unknown({ description: 'Ignored: the reader counts the lines. `--strict` allows this field.' }),
    ),
    new_changeset: Type.Optional(
      Type.Null({ description: 'Absent or null; anything else makes the line a control record.' }),
    ),
  },
  {
    title: 'File change',
    if: { properties: { op: { const: 'rename' } }, required: ['op'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { properties: { new_path: { type: 'string' } }, required: ['new_path'] },
  },
)

/** A control record: the commit its repository has reached after the lines before it. */
export const ChangesetRecord = Type.Object(
  {
    new_changeset: Type.Object(
      {
        commit: Type.String({ minLength: 1, description: 'The commit that was reached; not empty.' }),
        parent: text('The commit before it.'),
        branch: text('The branch of the commit.'),
        tree_hash: text('The hash of the commit’s tree.'),
        timestamp: text('When the commit was made: RFC 3339 with zone.', timestamp),
      },
      { description: 'The commit and its facts.' },
    ),
    repo: text('The repository that reached the commit.', name),
    line: Type.Optional(Type.Unknown({ description: 'Ignored, as in a file change.' })),
  },
  { title: 'Control record' },
)

/**
 * The change record: one JSON object a line. The schema of the package (`lib/schema/change.json`) is generated from
 * this one. Nothing at run time imports this file, because typebox takes 70 ms to load; `check.ts` does the checking,
 * and a test keeps the two equal. @see docs/format.md
 */
export const ChangeSchema = Type.Union([FileChange, ChangesetRecord], {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:elysiactl:schema:change:1',
  title: 'elysiactl change record',
  description:
    'One line of a change file: a change of one file of a repository, or the commit that a repository has reached.',
})

export type FileChange = Static<typeof FileChange>
export type ChangesetRecord = Static<typeof ChangesetRecord>
/** A record that passed the check: one of the two kinds, distinguished by `new_changeset`. */
export type Change = FileChange | ChangesetRecord
