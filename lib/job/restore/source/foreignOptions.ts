/** How objects are read that no archive of ours holds. */
export const foreignOptions = {
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
  timezone: {
    type: 'string',
    description: 'of a Parquet table: the time zone of timestamps that do not say theirs',
    placeholder: 'ZONE',
    flagOnly: true,
  },
} as const

/** What a person says of them. */
export interface ForeignWishes {
  readonly idFrom?: string
  readonly vectorFrom?: string
  readonly timezone?: string
}
