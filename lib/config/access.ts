import { readFile } from 'node:fs/promises'
import { ElysiaError, messageOf } from '../errors.ts'
import { meant } from '../nearest.ts'
import type { Layer } from '../options.ts'
import { addressOf } from './namedTarget.ts'
import { defaultStorePath } from './paths.ts'
import type { Settings, TargetSetting } from './settings.ts'

/** A target as it is to be opened: its address, and where its secrets lie. */
export interface ChosenTarget {
  /** What `parseTarget` takes. */
  readonly address: string
  /** The name it has in the configuration, where it has one. */
  readonly name?: string
  /** Where the choice was made: `--target`, `environment`, a file, or `default`. */
  readonly origin: string
  /** Options that the named target gives, to stand below the environment and above the files. */
  readonly layer?: Layer
  readonly headersEnv?: Readonly<Record<string, string>>
  readonly apiKeyEnv?: string
}

/** The target that was chosen by `value`, or the embedded store where nobody chose. */
export function chooseTarget(value: string | undefined, origin: string, settings: Settings): ChosenTarget {
  if (value === undefined) return { address: `sqlite:${defaultStorePath()}`, origin: 'default' }
  const named = Object.hasOwn(settings.targets, value) ? settings.targets[value] : undefined
  if (named !== undefined) return fromNamed(value, named, origin)
  if (value.includes(':')) return { address: value, origin }
  const hint = meant(
    value,
    Object.keys(settings.targets),
    'targets: in elysiactl.yaml gives names to targets',
  )
  throw new ElysiaError('ELYSIA_NOT_FOUND', `there is no target named ${value}`, { hint })
}

/**
 * The API key: from ELYSIACTL_API_KEY, or from `file`, or from the variable that the named target gives.
 * @throws ElysiaError ELYSIA_USAGE where it is said to be somewhere and is not
 */
export async function readApiKey(
  env: Readonly<Record<string, string | undefined>>,
  file: { readonly path: string; readonly fromFlag: boolean } | undefined,
  variable: string | undefined,
): Promise<string | undefined> {
  if (file?.fromFlag === true) return readKeyFile(file.path)
  if (env.ELYSIACTL_API_KEY) return headerValue(env.ELYSIACTL_API_KEY, 'ELYSIACTL_API_KEY')
  if (file !== undefined) return readKeyFile(file.path)
  return variable === undefined ? undefined : fromVariable(env, variable, 'the API key')
}

/** The headers of a named target, with the values that the environment holds for them. */
export function readHeaders(
  env: Readonly<Record<string, string | undefined>>,
  headersEnv: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const entries = Object.entries(headersEnv)
  return Object.fromEntries(entries.map(([name, variable]) => [name, fromVariable(env, variable, name)]))
}

function fromNamed(name: string, target: TargetSetting, origin: string): ChosenTarget {
  const values = {
    ...(target.api_key_file === undefined ? {} : { apiKeyFile: target.api_key_file }),
    ...(target.ca_file === undefined ? {} : { caFile: target.ca_file }),
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

async function readKeyFile(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new ElysiaError('ELYSIA_USAGE', `the API key file ${path} cannot be read: ${messageOf(error)}`)
  })
  return headerValue(text.trim(), path)
}

function fromVariable(env: Readonly<Record<string, string | undefined>>, variable: string, what: string) {
  const value = env[variable]
  if (value) return headerValue(value, variable)
  throw new ElysiaError('ELYSIA_USAGE', `${variable} is not set, and should hold ${what}`, {
    hint: `set ${variable} in the environment of the command`,
  })
}

/** A secret travels in a header, so a line break in it would be another header. */
function headerValue(value: string, origin: string): string {
  if (value !== '' && /^[\x20-\x7e]+$/.test(value)) return value
  throw new ElysiaError('ELYSIA_USAGE', `${origin} holds no key: it is empty, or not one line of ASCII`)
}
