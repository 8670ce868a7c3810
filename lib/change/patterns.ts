/**
 * Patterns and limits for the strings and numbers of a record, shared by the schema and the check. The patterns use
 * only what regular expressions of all languages share: no look-around, no `\d`, no `\u`.
 */

/** A name: not empty, no NUL. NUL separates repository and path where ids are made. */
export const NAME_PATTERN = '^[^\\x00]+$'

const MONTH_AND_DAY = [
  '(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])',
  '(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)',
  '02-(?:0[1-9]|1[0-9]|2[0-8])',
].join('|')
const LEAP_YEAR = '[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00'
const DATE = `(?:[0-9]{4}-(?:${MONTH_AND_DAY})|(?:${LEAP_YEAR})-02-29)`
const TIME = '(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.][0-9]{1,9})?'
const ZONE = '(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])'

/**
 * An RFC 3339 time with its zone: a day that exists, capital T and Z, no leap second, at most nanoseconds. This is
 * what a `date` property of Weaviate accepts. @see https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 */
export const TIMESTAMP_PATTERN = `^${DATE}T${TIME}${ZONE}$`

/**
 * Base64 of RFC 4648 section 4: the standard alphabet, padded, unused bits zero, no line breaks. Every byte
 * sequence has exactly one such text. @see https://www.rfc-editor.org/rfc/rfc4648#section-4
 */
export const BASE64_PATTERN =
  '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$'

/** Names that Weaviate allows for a named vector (its `TargetVectorNameRegex`). */
export const VECTOR_NAME_PATTERN = '^[_A-Za-z][_0-9A-Za-z]{0,229}$'

/** The largest finite 32-bit float: a larger number would be stored as infinity. */
export const MAX_FLOAT32 = 3.4028234663852886e38
