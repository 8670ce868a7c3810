import { ARCHIVE_STATUSES } from './status.ts'

const TEXTS = [
  ...[
    'id',
    'collection',
    'cluster',
    'started',
    'updated',
    'root',
    'location',
    'content',
    'format',
    'compression',
  ],
  ...['version', 'tenants', 'tags'],
]
const NUMBERS = [
  ...[
    'objects',
    'vectors',
    'bytes',
    'raw_bytes',
    'parts',
    'pinned',
    'damaged',
    'annotated',
    'without_vectors',
  ],
  'all_tenants',
]
const MAYBE_TEXTS = [
  'finished',
  'deleted',
  'parent',
  'note',
  'verified_level',
  'verified_time',
  'error',
  'filter',
]

const allOf = (names: readonly string[], type: string) => names.map((name) => `typeof(${name}) = '${type}'`)

const isTexts = (name: string) =>
  `json_valid(${name}) AND json_type(${name}) = 'array' AND
   NOT EXISTS (SELECT 1 FROM json_each(${name}) WHERE json_each.type <> 'text')`

const IS_ROW = [
  ...allOf(TEXTS, 'text'),
  ...allOf(NUMBERS, 'integer'),
  ...MAYBE_TEXTS.map((name) => `typeof(${name}) IN ('text', 'null')`),
  `status IN (${ARCHIVE_STATUSES.map((status) => `'${status}'`).join(', ')})`,
  "shape IN ('directory', 'file')",
  'julianday(started) IS NOT NULL AND julianday(updated) IS NOT NULL',
  `CASE WHEN json_valid(tenants) AND json_valid(tags) THEN ${isTexts('tenants')} AND ${isTexts('tags')} ELSE 0 END`,
].join(' AND ')

/** The first row that we never write; none in a sound index. SQLite itself takes any type in any column. */
export const STRANGE_ROW = `
  SELECT 'the archive ' || id AS what FROM archives WHERE NOT coalesce(${IS_ROW}, 0)
  UNION ALL
  SELECT 'the verification of ' || id FROM verifications
    WHERE NOT (typeof(level) = 'text' AND typeof(time) = 'text' AND typeof(ok) = 'integer'
      AND typeof(errors) = 'integer' AND typeof(sample) IN ('text', 'null'))
  UNION ALL
  SELECT 'the details of ' || id FROM details WHERE typeof(manifest) <> 'text'
  UNION ALL
  SELECT 'a root' FROM roots WHERE typeof(path) <> 'text'
  UNION ALL
  SELECT 'an unreadable path' FROM unreadable WHERE typeof(path) <> 'text' OR typeof(message) <> 'text'
  LIMIT 1`
