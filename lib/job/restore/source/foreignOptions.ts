import { SHAPE_NAMES } from '../../../archive/foreign/shapes/shape.ts'

/** How objects are read that no archive of ours holds. */
export const foreignOptions = {
  shape: {
    type: 'string',
    description:
      'of JSON lines: whose form they have; auto sees it from the first of them, flat takes each field for a property',
    enum: ['auto', ...SHAPE_NAMES],
    default: 'auto',
    flagOnly: true,
  },
  idFrom: {
    type: 'string',
    description:
      'of tables and lines of other programs: the fields that the id of an object is made of (UUIDv5; of one that holds UUIDs these)',
    placeholder: 'FIELD,…',
    flagOnly: true,
  },
  vectorFrom: {
    type: 'string',
    description:
      'of these: the field with the vector, or of each named vector NAME=FIELD; none for no vectors',
    placeholder: 'FIELD|NAME=FIELD,…|none',
    flagOnly: true,
  },
  propertiesFrom: {
    type: 'string',
    description: 'of lines: the field whose fields are the properties',
    placeholder: 'FIELD',
    flagOnly: true,
  },
  timezone: {
    type: 'string',
    description: 'of a Parquet table: the time zone of timestamps that do not say theirs',
    placeholder: 'ZONE',
    flagOnly: true,
  },
} as const

/** What a person says of them. */
export interface ForeignWishes {
  readonly shape?: string
  readonly idFrom?: string
  readonly vectorFrom?: string
  readonly propertiesFrom?: string
  readonly timezone?: string
}
