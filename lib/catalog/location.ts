import { resolve } from 'node:path'
import { ElysiaError } from '../core/errors.ts'
import { type IsInside, insideCheck } from '../file/insideDirectory.ts'
import { expandBraces, MOST_ALTERNATIVES, namePattern } from '../file/namePattern.ts'

/** The maximum length of a path, and so of a glob. */
const MAX_LENGTH = 4096

/** One segment of a glob: a test for a name; or any number of any names. */
type Segment = ((name: string) => boolean) | typeof ANY_NUMBER

const ANY_NUMBER = Symbol('**')

/**
 * Tests whether a location matches a shell glob (namePattern.ts), with `**` for any number of segments: the whole
 * location or, if the glob does not begin with `/`, its last segments. Its time is at most the product of their
 * lengths, for each alternative in braces.
 * @throws ElysiaError ELYSIA_USAGE for an invalid glob
 */
export function locationMatcher(glob: string): (location: string) => boolean {
  if (glob === '' || glob.length > MAX_LENGTH) throw invalidGlob(glob)
  const expanded = expandBraces(glob.startsWith('/') ? glob : `**/${glob}`)
  if (expanded.length > MOST_ALTERNATIVES) throw invalidGlob(glob)
  const alternatives = expanded.map((alternative) => alternative.split('/').map(segmentOf))
  return (location) => {
    const names = location.split('/')
    return alternatives.some((segments) => fits(segments, names))
  }
}

function invalidGlob(glob: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `--location ${glob.slice(0, 200)} is not valid`, {
    hint: `a glob of at most ${MAX_LENGTH} characters and ${MOST_ALTERNATIVES} alternatives, such as '/mnt/backups/**' or 'Article/*'`,
  })
}

function segmentOf(pattern: string): Segment {
  if (pattern === '**') return ANY_NUMBER
  if (pattern === '') return (name) => name === ''
  const matches = namePattern(pattern, { option: '--location', dot: true })
  return (name) => name !== '' && matches(name)
}

/** Each `**` takes as little as possible; if the rest does not match, only the last one takes more. */
function fits(segments: readonly Segment[], names: readonly string[]): boolean {
  let [at, segment, taken] = [0, 0, 0]
  let last = -1
  while (at < names.length) {
    const next = segments[segment]
    if (next === ANY_NUMBER) {
      last = segment++
      taken = at
    } else if (next?.(names[at]!)) {
      at++
      segment++
    } else if (last >= 0) {
      segment = last + 1
      at = ++taken
    } else return false
  }
  while (segments[segment] === ANY_NUMBER) segment++
  return segment === segments.length
}

/** The functions for SQL queries: `matches_glob(location, glob)` and `lies_below(location, directory)`. */
export interface LocationFunctions {
  readonly matches_glob: (location: string, glob: string) => 0 | 1
  readonly lies_below: (location: string, directory: string) => 0 | 1
}

/** Makes the functions, which keep the last pattern, because one query uses the same pattern for every row. */
export function locationFunctions(): LocationFunctions {
  const globs = new Map<string, (location: string) => boolean>()
  const directories = new Map<string, IsInside>()
  return {
    matches_glob: (location, glob) => memoizedMatch(globs, glob, locationMatcher)(location),
    lies_below: (location, directory) =>
      memoizedMatch(directories, directory, (path) => insideCheck(resolve(path)))(location),
  }
}

function memoizedMatch(
  known: Map<string, (location: string) => boolean>,
  key: string,
  make: (key: string) => (location: string) => boolean,
): (location: string) => 0 | 1 {
  const test = known.get(key) ?? make(key)
  if (!known.has(key)) known.clear()
  known.set(key, test)
  return (location) => (test(location) ? 1 : 0)
}
