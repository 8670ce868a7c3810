import { resolve } from 'node:path'
import picomatch from 'picomatch'
import { ElysiaError } from '../errors.ts'
import { type Below, below } from './below.ts'

/** Each wildcard can make a match slower by as much as a path is long. */
const MAX_WILDCARDS = 10
const MAX_LENGTH = 4096

/**
 * Tells whether a location matches a glob as shells know them, with `**`: the whole of it, or, where the glob does not
 * begin with `/`, its last segments.
 * @throws ElysiaError ELYSIA_USAGE for one that is no glob, or has too many wildcards
 */
export function locationMatcher(glob: string): (location: string) => boolean {
  const wildcards = glob.match(/\*+|\?|[[{(]/g)?.length ?? 0
  if (glob === '' || glob.length > MAX_LENGTH || wildcards > MAX_WILDCARDS) {
    throw new ElysiaError('ELYSIA_USAGE', `--location ${glob.slice(0, 200)} is not valid`, {
      hint: `a glob with at most ${MAX_WILDCARDS} wildcards, such as '/mnt/backups/**' or 'Article/*'`,
    })
  }
  const matches = picomatch(glob.startsWith('/') ? glob : `**/${glob}`, { dot: true, nonegate: true })
  return (location) => matches(location)
}

/** The functions that queries call: `matches_glob(location, glob)` and `lies_below(location, directory)`. */
export interface LocationFunctions {
  readonly matches_glob: (location: string, glob: string) => 0 | 1
  readonly lies_below: (location: string, directory: string) => 0 | 1
}

/** With what was asked for last kept, as one query asks it of every row. */
export function locationFunctions(): LocationFunctions {
  const globs = new Map<string, (location: string) => boolean>()
  const directories = new Map<string, Below>()
  return {
    matches_glob: (location, glob) => asked(globs, glob, locationMatcher)(location),
    lies_below: (location, directory) =>
      asked(directories, directory, (path) => below(resolve(path)))(location),
  }
}

function asked(
  known: Map<string, (location: string) => boolean>,
  key: string,
  make: (key: string) => (location: string) => boolean,
): (location: string) => 0 | 1 {
  const test = known.get(key) ?? make(key)
  if (!known.has(key)) known.clear()
  known.set(key, test)
  return (location) => (test(location) ? 1 : 0)
}
