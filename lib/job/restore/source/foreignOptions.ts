import { SHAPE_NAMES } from '../../../archive/foreign/shapes/shape.ts'

/** How to read objects that are not in one of our archives. */
export const foreignOptions = {
  shape: {
    type: 'string',
    description:
      'for JSON lines: the shape they have; auto recognizes it from the first lines, flat takes each field as a property',
    enum: ['auto', ...SHAPE_NAMES],
    default: 'auto',
    flagOnly: true,
  },
  idFrom: {
    type: 'string',
    description:
      'for files of other programs: the fields to make an object’s id of (UUIDv5; a single field that holds UUIDs is used as it is)',
    placeholder: 'FIELD,…',
    flagOnly: true,
  },
  vectorFrom: {
    type: 'string',
    description:
      'for files of other programs: the field with the vector, or NAME=FIELD for each named vector; none for no vectors',
    placeholder: 'FIELD|NAME=FIELD,…|none',
    flagOnly: true,
  },
  propertiesFrom: {
    type: 'string',
    description: 'for JSON lines: the field whose fields are the properties',
    placeholder: 'FIELD',
    flagOnly: true,
  },
  timezone: {
    type: 'string',
    description: 'for Parquet: the time zone of timestamps without one',
    placeholder: 'ZONE',
    flagOnly: true,
  },
} as const

/** What the user says about the objects. */
export interface ForeignOptions {
  readonly shape?: string
  readonly idFrom?: string
  readonly vectorFrom?: string
  readonly propertiesFrom?: string
  readonly timezone?: string
}
