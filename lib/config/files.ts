import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ElysiaError } from '../errors.ts'

/** A configuration file as it was read, unchecked. */
export interface ConfigFile {
  readonly path: string
  readonly content: Readonly<Record<string, unknown>>
}

const ENDINGS = ['yaml', 'yml', 'json'] as const

/** The project's file: `elysiactl.yaml`, `.yml` or `.json` in `directory` or the nearest directory above it. */
export async function readProjectFile(directory: string): Promise<ConfigFile | undefined> {
  for (let at = directory; ; at = dirname(at)) {
    const path = firstOf(at, 'elysiactl')
    if (path !== undefined) return readConfigFile(path)
    if (at === dirname(at)) return undefined
  }
}

/** The user's file: `config.yaml`, `.yml` or `.json` in the user's configuration directory. */
export async function readUserFile(directory: string): Promise<ConfigFile | undefined> {
  const path = firstOf(directory, 'config')
  return path === undefined ? undefined : readConfigFile(path)
}

/**
 * A configuration file of data: YAML or JSON by its ending. It is never run as code.
 * @throws ElysiaError ELYSIA_USAGE where it cannot be read or is not an object; an empty file is empty
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  if (!ENDINGS.some((ending) => path.endsWith(`.${ending}`))) {
    throw unusable(path, `its name does not end in ${ENDINGS.map((ending) => `.${ending}`).join(', ')}`)
  }
  const content = await load(path)
  if (content === undefined || content === null) return { path, content: {} }
  if (typeof content === 'object' && !Array.isArray(content)) {
    return { path, content: content as Record<string, unknown> }
  }
  throw unusable(path, 'it is not a set of keys and values')
}

/** Loaded only where there is a file: finding none must cost nothing. */
async function load(path: string): Promise<unknown> {
  const { cosmiconfig, defaultLoaders } = await import('cosmiconfig')
  const yaml = (file: string, text: string) => {
    return onlyComments(text) ? null : defaultLoaders['.yaml'](file, text)
  }
  const explorer = cosmiconfig('elysiactl', {
    searchPlaces: ENDINGS.map((ending) => `elysiactl.${ending}`),
    mergeSearchPlaces: false,
    loaders: { '.yaml': yaml, '.yml': yaml, '.json': defaultLoaders['.json'] },
  })
  try {
    return (await explorer.load(path))?.config
  } catch (error) {
    throw unusable(path, faultOf(error))
  }
}

/** js-yaml refuses a file without a document, such as one in which everything is commented out. */
function onlyComments(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(#|$)/.test(line))
}

/** What is wrong, and on which line. The parsers' own messages quote the file, which may hold a secret. */
function faultOf(error: unknown): string {
  const { code, reason, mark, message } = error as ParserError
  if (code !== undefined) return message
  if (reason !== undefined) return `${reason}${mark === undefined ? '' : ` (line ${mark.line + 1})`}`
  const place = /\(line \d+ column \d+\)/.exec(message)
  return `it is not valid JSON${place === null ? '' : ` ${place[0]}`}`
}

/** Of the file system: `code`; of js-yaml: `reason` and `mark`; of JSON.parse: neither. */
interface ParserError extends NodeJS.ErrnoException {
  readonly reason?: string
  readonly mark?: { readonly line: number }
}

function firstOf(directory: string, name: string): string | undefined {
  return ENDINGS.map((ending) => join(directory, `${name}.${ending}`)).find((path) => existsSync(path))
}

function unusable(path: string, reason: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `the configuration ${path} cannot be used: ${reason}`)
}
