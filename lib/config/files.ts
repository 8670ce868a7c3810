import { existsSync, lstatSync, realpathSync } from 'node:fs'
import { constants, lstat, open } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { ElysiaError, messageOf } from '../core/errors.ts'
import { ownershipFault } from './ownership.ts'

/** A configuration file as it was read, unchecked. */
export interface ConfigFile {
  readonly path: string
  readonly content: Readonly<Record<string, unknown>>
  readonly text: string
}

/** A configuration file that is not trusted, and why, as the end of a sentence. */
export interface RefusedFile {
  readonly path: string
  readonly refused: string
}

const ENDINGS = ['yaml', 'yml', 'json'] as const
const MOST_BYTES = 1024 * 1024

/**
 * The project's file: `elysiactl.yaml`, `.yml` or `.json` in `directory` or the nearest directory above it.
 * The search ends at the user's `home`.
 */
export async function readProjectFile(
  directory: string,
  home?: string,
): Promise<ConfigFile | RefusedFile | undefined> {
  for (let at = directory; ; at = dirname(at)) {
    const path = firstOf(at, 'elysiactl')
    if (path !== undefined) return readFoundFile(path)
    if (at === dirname(at) || at === home) return undefined
  }
}

/** The user's file: `config.yaml`, `.yml` or `.json` in the user's configuration directory. */
export async function readUserFile(directory: string): Promise<ConfigFile | RefusedFile | undefined> {
  const path = firstOf(directory, 'config')
  return path === undefined ? undefined : readFoundFile(path)
}

/**
 * Reads a configuration file, YAML or JSON according to its extension. It is never run as code.
 * @throws ElysiaError ELYSIA_USAGE if it cannot be read or is not an object; an empty file is an empty object
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  return (await readFile(path, () => undefined)) as ConfigFile
}

/** Reads a file that was found by searching, and that somebody else may have put there. */
function readFoundFile(path: string): Promise<ConfigFile | RefusedFile> {
  return readFile(path, ownershipFault)
}

async function readFile(path: string, distrust: typeof ownershipFault): Promise<ConfigFile | RefusedFile> {
  if (!ENDINGS.some((ending) => path.endsWith(`.${ending}`))) {
    throw unusable(path, `its name does not end in ${ENDINGS.map((ending) => `.${ending}`).join(', ')}`)
  }
  const text = await textOf(path, distrust)
  if (typeof text !== 'string') return text
  const content = await parsed(path, text)
  if (content === undefined || content === null) return { path, content: {}, text }
  if (typeof content === 'object' && !Array.isArray(content)) {
    return { path, content: content as Record<string, unknown>, text }
  }
  throw unusable(path, 'it is not a set of keys and values')
}

/** Checks and reads the same open file, so that it cannot be swapped in between. The owner of a link counts too. */
async function textOf(path: string, distrust: typeof ownershipFault): Promise<string | RefusedFile> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error) => {
    throw unusable(path, messageOf(error))
  })
  try {
    const [link, status] = [await lstat(path), await handle.stat()]
    if (!status.isFile()) throw unusable(path, 'it is not a regular file')
    const refused = distrust(status) ?? (link.isSymbolicLink() ? distrust({ ...link, mode: 0 }) : undefined)
    if (refused !== undefined) return { path, refused }
    if (status.size > MOST_BYTES) throw unusable(path, 'it is larger than 1 MiB')
    return await handle.readFile('utf8')
  } finally {
    await handle.close()
  }
}

/** Loads the parser only if there is a file: finding none must cost nothing. */
async function parsed(path: string, text: string): Promise<unknown> {
  const { defaultLoaders } = await import('cosmiconfig')
  if (text.trim() === '') return null
  try {
    if (path.endsWith('.json')) return defaultLoaders['.json'](path, text)
    return onlyComments(text) ? null : defaultLoaders['.yaml'](path, text)
  } catch (error) {
    throw unusable(path, faultOf(error))
  }
}

/** js-yaml refuses a file without a document, such as one in which everything is commented out. */
function onlyComments(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(#|$)/.test(line))
}

/**
 * The fault, and its line. Does not use the parsers' own messages, because they quote the file, which may hold a
 * secret.
 */
function faultOf(error: unknown): string {
  const { code, reason, mark, message } = error as ParserError
  if (code !== undefined) return message
  if (reason !== undefined) return `${reason}${mark === undefined ? '' : ` (line ${mark.line + 1})`}`
  const place = /\(line \d+ column \d+\)/.exec(message)
  return `it is not valid JSON${place === null ? '' : ` ${place[0]}`}`
}

/** An error of the file system has `code`, one of js-yaml `reason` and `mark`, one of JSON.parse neither. */
interface ParserError extends NodeJS.ErrnoException {
  readonly reason?: string
  readonly mark?: { readonly line: number }
}

/** A dangling link is a file that cannot be read, not a missing file. */
function firstOf(directory: string, name: string): string | undefined {
  return ENDINGS.map((ending) => join(directory, `${name}.${ending}`)).find((path) => {
    return existsSync(path) || lstatSync(path, { throwIfNoEntry: false }) !== undefined
  })
}

/** True if a path is below a directory after following links; the path need not exist yet. */
export function liesBelow(directory: string, path: string): boolean {
  const root = realPath(directory)
  const real = realPath(path)
  return real === root || real.startsWith(root.endsWith(sep) ? root : root + sep)
}

function realPath(path: string): string {
  const absolute = resolve(path)
  const above = dirname(absolute)
  if (existsSync(absolute)) return realpathSync.native(absolute)
  return above === absolute ? absolute : join(realPath(above), basename(absolute))
}

function unusable(path: string, reason: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', `the configuration ${path} cannot be used: ${reason}`)
}
