import { RE2JS, RE2JSException } from 're2js'

/** A piece of a replacement: text, or the number of a group. */
type Piece = string | number

const OPTIONS = /^[gi]*$/

/**
 * Replaces what a pattern matches: the first match, or with the option `g` every match; `\\1` to `\\9` stand for its
 * groups, `\\0` for the whole match. Patterns are those of RE2, whose time is linear in the text, whatever the
 * pattern. Returns a text if the pattern or the options are wrong.
 */
export function regexpReplacer(
  pattern: string,
  replacement: string,
  options: string,
): ((text: string) => string) | string {
  if (!OPTIONS.test(options)) return `the options of regexp_replace are g and i, not ${options}`
  const compiled = compile(pattern, options.includes('i'))
  if (typeof compiled === 'string') return compiled
  const pieces = piecesOf(replacement)
  const groups = compiled.groupCount()
  if (typeof pieces === 'string') return pieces
  const missing = pieces.find((piece) => typeof piece === 'number' && piece > groups)
  if (missing !== undefined) return `the replacement names \\${missing}, and the pattern has ${groups} groups`
  const isAll = options.includes('g')
  return (text) => {
    const matcher = compiled.matcher(text)
    let made = ''
    let last = 0
    while (matcher.find()) {
      made += text.slice(last, matcher.start())
      for (const piece of pieces) made += typeof piece === 'string' ? piece : (matcher.group(piece) ?? '')
      last = matcher.end()
      if (!isAll) break
    }
    return made + text.slice(last)
  }
}

function compile(pattern: string, anyCase: boolean): RE2JS | string {
  try {
    return RE2JS.compile(pattern, anyCase ? RE2JS.CASE_INSENSITIVE : 0)
  } catch (error) {
    if (error instanceof RE2JSException) return `the pattern is not valid: ${error.message}`
    throw error
  }
}

function piecesOf(replacement: string): Piece[] | string {
  const pieces: Piece[] = []
  for (const [, text, escaped] of replacement.matchAll(/([^\\]+)|\\(.?)/gsu)) {
    if (text !== undefined) pieces.push(text)
    else if (escaped === '\\') pieces.push('\\')
    else if (/^\d$/.test(escaped ?? '')) pieces.push(Number(escaped))
    else return 'in a replacement a \\ stands before the number of a group, or before another \\'
  }
  return pieces
}
