/** Shorter ones would be found in any text. */
const FEWEST_CHARACTERS = 6
const known = new Set<string>()

/** Values that no text may show from now on, wherever it comes from: keys and headers that are sent to a server. */
export function rememberSecrets(values: readonly (string | undefined)[]): void {
  for (const value of values) if (value !== undefined && value.length >= FEWEST_CHARACTERS) known.add(value)
}

/**
 * Credentials in an address, in parameters and assignments, in JSON, and in headers. What is repeated is bounded, so that
 * a hostile text takes time in proportion to its length.
 */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/(\/\/)[^/?#@\s"'<>]{1,500}@/g, '$1***@'],
  [/(^|[=\s"'`(])[^\s/@:="'`(]{1,100}:[^\s/@"'`]{1,500}@(?=[\w[])/g, '$1***@'],
  [/([?&;][^=&;\s]{0,64}(?:key|token|secret|passw|auth|credential)[^=&;\s]{0,64}=)[^&;,\s"'`]*/gi, '$1***'],
  [/(\b[\w.-]{0,64}(?:api[-_]?key|token|secret|password|passwd|auth|credential)=)[^&;,\s"'`]+/gi, '$1***'],
  [
    /("[\w.-]{0,64}(?:api[-_]?key|token|secret|password|passwd|authorization|credential)[\w.-]{0,64}"\s*:\s*")(?:[^"\\]|\\.)*/gi,
    '$1***',
  ],
  [
    /(\b(?:authorization|x-[\w-]{0,64}(?:api-?key|token|secret)[\w-]{0,64}):\s*)(?:(?:bearer|basic)\s+)?[^\s,;"'`]+/gi,
    '$1***',
  ],
  [/(\bbearer\s+)[\w.~+/=-]{6,}/gi, '$1***'],
]

/**
 * A text of whatever origin without the credentials that it may hold: what a server echoes, an address that a person
 * wrote. Values that were remembered are masked wherever they stand, others by what stands before them.
 */
export function masked(text: string): string {
  let shown = text
  for (const secret of known) if (shown.includes(secret)) shown = shown.replaceAll(secret, '***')
  for (const [pattern, replacement] of PATTERNS) shown = shown.replace(pattern, replacement)
  return shown
}
