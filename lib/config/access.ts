import { type FileHandle, open } from 'node:fs/promises'
import { ElysiaError, messageOf } from '../core/errors.ts'
import { didYouMean, guessTarget } from '../core/suggest.ts'
import type { Layer } from '../options/options.ts'
import { addressOf } from './namedTarget.ts'
import { isReadByOthers, ownershipFault } from './ownership.ts'
import { defaultStorePath } from './paths.ts'
import type { Settings, TargetSetting } from './settings.ts'

/** A chosen target: its address, and where its secrets are. */
export interface ChosenTarget {
  /** The address for `parseTarget`. */
  readonly address: string
  /** Its name in the configuration, if it has one. */
  readonly name?: string
  /** Where the choice was made: `--target`, `environment`, a file, or `default`. */
  readonly origin: string
  /**
   * The project's file, if the address comes from it: then the author of the project chose where data is
   * sent.
   */
  readonly projectFile?: string
  /** Options of the named target: weaker than the environment, stronger than the files. */
  readonly layer?: Layer
  readonly headersEnv?: Readonly<Record<string, string>>
  readonly apiKeyEnv?: string
}

/** The target that `value` chooses, or the embedded store if nobody chose. */
export function chooseTarget(value: string | undefined, origin: string, settings: Settings): ChosenTarget {
  if (value === undefined) return { address: `sqlite:${defaultStorePath()}`, origin: 'default' }
  const named = Object.hasOwn(settings.targets, value) ? settings.targets[value] : undefined
  const fromProject = (file: string) =>
    settings.files.some(({ path, kind }) => kind === 'project' && path === file) ? { projectFile: file } : {}
  if (named !== undefined) return { ...fromNamed(value, named, origin), ...fromProject(named.origin) }
  if (value.includes(':')) return { address: value, origin, ...fromProject(origin) }
  const guess = guessTarget(value)
  const fallback =
    guess === undefined ? 'targets: in elysiactl.yaml gives names to targets' : `did you mean ${guess}?`
  const hint = didYouMean(value, Object.keys(settings.targets), fallback)
  throw new ElysiaError('ELYSIA_NOT_FOUND', `there is no target named ${value}`, { hint })
}

/** A file that holds the API key; `fromFlag` if this command line names it. */
export interface KeyFile {
  readonly path: string
  readonly fromFlag: boolean
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the API key from ELYSIACTL_API_KEY, from `file`, or from the variable that the named target gives. `warn` is
 * called if others may read the file.
 * @throws ElysiaError ELYSIA_USAGE if the place named for the key holds none, or others may write to its file
 */
export async function readApiKey(
  env: Environment,
  file: KeyFile | undefined,
  variable: string | undefined,
  warn: (message: string) => void = () => {},
): Promise<string | undefined> {
  if (file?.fromFlag === true) return readKeyFile(file.path, warn)
  if (env.ELYSIACTL_API_KEY) return headerValue(env.ELYSIACTL_API_KEY, 'ELYSIACTL_API_KEY')
  if (file !== undefined) return readKeyFile(file.path, warn)
  return variable === undefined ? undefined : fromVariable(env, variable, 'the API key')
}

/**
 * Reads the key that masks values, from the file or from ELYSIACTL_MASK_KEY; undefined if neither is given. `warn` as
 * for `readApiKey`.
 * @throws ElysiaError ELYSIA_USAGE as `readApiKey`
 */
export async function readMaskKey(
  env: Environment,
  file: string | undefined,
  warn: (message: string) => void = () => {},
): Promise<string | undefined> {
  if (file !== undefined) return readKeyFile(file, warn, 'the mask key file')
  return env.ELYSIACTL_MASK_KEY ? headerValue(env.ELYSIACTL_MASK_KEY, 'ELYSIACTL_MASK_KEY') : undefined
}

/**
 * Reports that no key is sent because a project's file gives the target's address: keys go only to a target that a
 * flag, the environment or the user's own file gives.
 * @throws ElysiaError ELYSIA_USAGE if this very command names a key
 */
export function withholdKey(
  { address, projectFile }: ChosenTarget,
  env: Environment,
  file: KeyFile | undefined,
  warn: (message: string) => void,
): void {
  const fact = `the address of the target is from ${projectFile}`
  const hint = `name it: --target ${address}`
  if (file?.fromFlag === true) {
    throw new ElysiaError('ELYSIA_USAGE', `the API key is not sent: ${fact}`, { hint })
  }
  if (env.ELYSIACTL_API_KEY || file !== undefined)
    warn(`no API key is sent, since ${fact}; to send it, ${hint}`)
}

/** Reports the same for a client certificate. @throws ElysiaError ELYSIA_USAGE if this very command names it */
export function withholdCertificate(
  { address, projectFile }: ChosenTarget,
  isFromFlag: boolean,
  warn: (message: string) => void,
): void {
  const fact = `the address of the target is from ${projectFile}`
  const hint = `name it: --target ${address}`
  if (isFromFlag)
    throw new ElysiaError('ELYSIA_USAGE', `the client certificate is not sent: ${fact}`, { hint })
  warn(`no client certificate is sent, since ${fact}; to send it, ${hint}`)
}

/**
 * Checks the owner and mode of a private key's file before a store reads it. `warn` is called if others may read it.
 * @throws ElysiaError ELYSIA_USAGE if it cannot be read, or others may write to it
 */
export async function checkPrivateKey(path: string, warn: (message: string) => void): Promise<void> {
  const handle = await openKeyFile(path, warn, 'the key file')
  await handle.close()
}

/** The environment, without keys, for a command that somebody else may have written. */
export function withoutKeys(env: Environment, { targets }: Settings): Record<string, string | undefined> {
  const keys = Object.values(targets).flatMap(({ api_key_env: key, headers_env: headers = {} }) => [
    key,
    ...Object.values(headers),
  ])
  // The address of a gateway may contain credentials.
  const secret = new Set(['ELYSIACTL_API_KEY', 'ELYSIACTL_MASK_KEY', 'ELYSIACTL_METRICS_PUSH', ...keys])
  return Object.fromEntries(Object.entries(env).filter(([name]) => !secret.has(name)))
}

/** The headers of a named target, with their values from the environment. */
export function readHeaders(
  env: Environment,
  headersEnv: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const entries = Object.entries(headersEnv)
  return Object.fromEntries(entries.map(([name, variable]) => [name, fromVariable(env, variable, name)]))
}

function fromNamed(name: string, target: TargetSetting, origin: string): ChosenTarget {
  const values = {
    ...(target.api_key_file === undefined ? {} : { apiKeyFile: target.api_key_file }),
    ...(target.ca_file === undefined ? {} : { caFile: target.ca_file }),
    ...(target.cert_file === undefined ? {} : { certFile: target.cert_file }),
    ...(target.key_file === undefined ? {} : { keyFile: target.key_file }),
  }
  return {
    address: addressOf(target),
    name,
    origin,
    layer: { kind: 'file', origin: target.origin, values },
    ...(target.headers_env === undefined ? {} : { headersEnv: target.headers_env }),
    ...(target.api_key_env === undefined ? {} : { apiKeyEnv: target.api_key_env }),
  }
}

const MOST_KEY_BYTES = 64 * 1024

/**
 * Reads a secret from a file, one line of ASCII; `label` names the file in errors, `warn` is called if others may read
 * it. A pipe, such as a shell's `<(command)`, has no owner to check.
 * @throws ElysiaError ELYSIA_USAGE if it cannot be read, is empty, or others may write to it
 */
export async function readKeyFile(
  path: string,
  warn: (message: string) => void,
  label = 'the API key file',
): Promise<string> {
  const handle = await openKeyFile(path, warn, label)
  try {
    const bytes = Buffer.alloc(MOST_KEY_BYTES)
    let length = 0
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = (await handle.read(bytes, length, bytes.length - length)).bytesRead
    }
    return headerValue(bytes.toString('utf8', 0, length).trim(), path)
  } finally {
    await handle.close()
  }
}

/** Opens a key's file, after checking that nobody else can have written it. */
async function openKeyFile(
  path: string,
  warn: (message: string) => void,
  label: string,
): Promise<FileHandle> {
  const refuse = (fact: string, hint?: string) => {
    throw new ElysiaError('ELYSIA_USAGE', `${label} ${path} ${fact}`, hint === undefined ? {} : { hint })
  }
  const handle = await open(path).catch((error: unknown) => refuse(`cannot be read: ${messageOf(error)}`))
  try {
    const status = await handle.stat()
    if (status.isDirectory()) refuse('cannot be read: it is a directory')
    const foreign = status.isFile() ? ownershipFault(status) : undefined
    if (foreign !== undefined) refuse(`is refused: ${foreign}`, 'make it yours alone: chown it, chmod 600')
    if (status.isFile() && isReadByOthers(status))
      warn(`others may read ${label} ${path}; chmod 600 prevents that`)
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

function fromVariable(env: Environment, variable: string, what: string) {
  const value = env[variable]
  if (value) return headerValue(value, variable)
  throw new ElysiaError('ELYSIA_USAGE', `${variable} is not set, and should hold ${what}`, {
    hint: `set ${variable} in the environment of the command`,
  })
}

/** A secret travels in a header, so a line break in it would start another header. */
function headerValue(value: string, origin: string): string {
  if (value !== '' && /^[\x20-\x7e]+$/.test(value)) return value
  throw new ElysiaError('ELYSIA_USAGE', `${origin} holds no key: it is empty, or not one line of ASCII`)
}
