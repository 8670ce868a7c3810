/** The shortest value that is masked: shorter ones occur in any text. */
const FEWEST_CHARACTERS = 6
const known = new Set<string>()

/** Remembers values that no text may show from now on: keys and headers that are sent to a server. */
export function rememberSecrets(values: readonly (string | undefined)[]): void {
  for (const value of values) if (value !== undefined && value.length >= FEWEST_CHARACTERS) known.add(value)
}

const NAMES_A_SECRET = /key|token|secret|passw|auth|credential/i

/**
 * The text before a credential, with the name of a parameter, header or JSON key if there is one. Repetitions are
 * bounded, so that a hostile text takes time in proportion to its length.
 */
const PATTERNS: readonly RegExp[] = [
  /(?<before>\/\/)[^/?#@\s"'<>]{1,500}(?=@)/g,
  /(?<before>^|[=\s"'`(])[^\s/@:="'`(]{1,100}:[^\s/@"'`]{1,500}(?=@[\w[])/g,
  /(?<before>[?&;](?<name>[^=&;\s]{1,100})=)[^&;,\s"'`]+/g,
  /(?<before>(?:api[-_]?key|token|secret|password|passwd|auth|credential)=)[^&;,\s"'`]+/gi,
  /(?<before>"(?<name>[\w.-]{1,100})"\s{0,9}:\s{0,9}")(?:[^"\\]|\\.)+/g,
  /(?<before>\b(?<name>authorization|x-[\w-]{1,100}):\s{0,9})(?:(?:bearer|basic)\s+)?[^\s,;"'`]+/gi,
  /(?<before>\bbearer\s{1,9})[\w.~+/=-]{6,}/gi,
]
const USERINFO = PATTERNS.slice(0, 2)

/**
 * Masks the credentials in a text of any origin, such as a server's answer or an address that a person typed.
 * Remembered values are masked wherever they occur, others by the text before them.
 */
export function maskSecrets(text: string): string {
  let result = text
  for (const secret of known) if (result.includes(secret)) result = result.replaceAll(secret, '***')
  for (const pattern of PATTERNS) {
    if (USERINFO.includes(pattern) && !result.includes('@')) continue
    result = result.replace(pattern, withoutSecret)
  }
  return result
}

/** The arguments that `replace` passes: the match first, its named groups last. */
function withoutSecret(match: string, ...rest: unknown[]): string {
  const { before, name } = rest.at(-1) as { readonly before: string; readonly name?: string }
  return name === undefined || NAMES_A_SECRET.test(name) ? `${before}***` : match
}
