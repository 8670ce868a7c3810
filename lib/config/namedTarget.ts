import { ElysiaError } from '../core/errors.ts'
import { didYouMean } from '../core/suggest.ts'
import { isRecord } from '../core/value/record.ts'

/** A target in the configuration, which names its secrets but never holds them. */
export interface NamedTarget {
  /** `sqlite:PATH` or the server's addresses, as in `--target`. */
  readonly url: string
  readonly grpc?: string
  readonly api_key_file?: string
  /** The environment variable that holds the API key. */
  readonly api_key_env?: string
  readonly ca_file?: string
  /** A client certificate, and its private key. */
  readonly cert_file?: string
  readonly key_file?: string
  /** Header → environment variable that holds its value. */
  readonly headers_env?: Readonly<Record<string, string>>
}

const TEXT_KEYS = ['url', 'grpc', 'api_key_file', 'api_key_env', 'ca_file', 'cert_file', 'key_file'] as const
const KEYS: readonly string[] = [...TEXT_KEYS, 'headers_env']

/** Keys that a project's file must not set for a target, because they could send the user's secrets anywhere. */
export const PERSONAL_TARGET_KEYS: readonly string[] = [
  'api_key_file',
  'api_key_env',
  'headers_env',
  'cert_file',
  'key_file',
]

/** The `targets` of a configuration file, checked. @throws ElysiaError ELYSIA_USAGE */
export function namedTargets(value: unknown, origin: string): Record<string, NamedTarget> {
  if (value === undefined || value === null) return {}
  const entries = Object.entries(bag(value, `targets in ${origin}`))
  return Object.fromEntries(entries.map(([name, entry]) => [name, checkedTarget(name, entry, origin)]))
}

/** The address of a named target, in the form of `--target`. */
export function addressOf({ url, grpc }: NamedTarget): string {
  return grpc === undefined ? url : `${url}${url.includes('?') ? '&' : '?'}grpc=${grpc}`
}

function checkedTarget(name: string, entry: unknown, origin: string): NamedTarget {
  const where = `targets.${name} in ${origin}`
  if (/[:/,]/.test(name)) throw wrong(`${where} is not a name`, 'a name holds none of the characters : / ,')
  const target = typeof entry === 'string' ? { url: entry } : bag(entry, where)
  for (const [key, value] of Object.entries(target)) {
    refuseKey(key, where)
    if (key === 'headers_env') checkHeaders(value, where)
    else if (typeof value !== 'string') throw wrong(`${key} of ${where} is not a text`, 'write a text')
  }
  if (target.url === undefined) throw wrong(`${where} has no url`, 'url: http://HOST:PORT or sqlite:PATH')
  return target as unknown as NamedTarget
}

function refuseKey(key: string, where: string): void {
  if (KEYS.includes(key)) return
  if (/^(api[-_]?key|password|secret|token|headers)$/i.test(key)) {
    throw wrong(
      `${where} holds a secret in ${key}`,
      'name where it is: api_key_file, api_key_env or headers_env',
    )
  }
  throw wrong(`unknown key ${key} in ${where}`, didYouMean(key, KEYS, `known keys are ${KEYS.join(', ')}`))
}

function checkHeaders(value: unknown, where: string): void {
  for (const [header, variable] of Object.entries(bag(value, `headers_env of ${where}`))) {
    if (typeof variable === 'string' && /^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) continue
    const hint = 'give the name of the environment variable that holds its value'
    throw wrong(`header ${header} of ${where} names no environment variable`, hint)
  }
}

function bag(value: unknown, what: string): Record<string, unknown> {
  if (isRecord(value)) return value
  throw wrong(`${what} is not a set of keys and values`, `known keys are ${KEYS.join(', ')}`)
}

function wrong(message: string, hint: string): ElysiaError {
  return new ElysiaError('ELYSIA_USAGE', message, { hint })
}
