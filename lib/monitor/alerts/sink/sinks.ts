import { readFile, stat } from 'node:fs/promises'
import { readHeaders, readKeyFile } from '../../../config/access.ts'
import { isReadByOthers } from '../../../config/ownership.ts'
import { ElysiaError, messageOf } from '../../../core/errors.ts'
import { rememberSecrets } from '../../../core/secrets.ts'
import { type HttpSetting, SINKS_OF_RUNS, type SinkSetting } from '../config/settings.ts'
import { alertmanager } from './alertmanager.ts'
import { type Endpoint, endpointUrl } from './http.ts'
import { commandSink, fileSink, stderrSink } from './local.ts'
import { healthchecks, plainPing, uptimeKuma } from './ping.ts'
import type { Ping, Sink } from './sink.ts'
import { slack, teams, webhook } from './webhook.ts'

/** What sinks need from the command. */
export interface SinkContext {
  /** The environment that may hold addresses and headers. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** The environment for started programs: without keys. */
  readonly childEnv: Readonly<Record<string, string | undefined>>
  /** Prints a line on standard error. */
  readonly say: (line: string) => void
  readonly warn: (message: string) => void
}

const SINKS = { webhook, slack, teams, alertmanager } as const
const PINGS = { healthchecks, uptime_kuma: uptimeKuma, ping: plainPing } as const

/** True if the sink is told how runs end, and takes no alerts. */
export function isPing({ type }: SinkSetting): boolean {
  return SINKS_OF_RUNS.includes(type)
}

/** Opens the sink of a setting: reads its secrets. @throws ElysiaError ELYSIA_USAGE if one is missing */
export async function openSink(
  setting: SinkSetting,
  all: readonly SinkSetting[],
  context: SinkContext,
): Promise<Sink> {
  const { name } = setting
  switch (setting.type) {
    case 'file':
      return fileSink(name, setting.path)
    case 'stderr':
      return stderrSink(name, context.say)
    case 'command':
      return commandSink(name, { ...setting, env: withoutAddresses(context.childEnv, all) })
    case 'webhook':
    case 'slack':
    case 'teams':
    case 'alertmanager':
      return SINKS[setting.type](name, await endpointOf(setting, context))
    default:
      throw new ElysiaError('ELYSIA_INTERNAL', `the sink ${name} takes no alerts`)
  }
}

/** Opens the dead man's switch of a setting, in the same way. */
export async function openPing(setting: SinkSetting, context: SinkContext): Promise<Ping> {
  const { type, name } = setting
  if (type === 'healthchecks' || type === 'uptime_kuma' || type === 'ping')
    return PINGS[type](name, await endpointOf(setting, context))
  throw new ElysiaError('ELYSIA_INTERNAL', `the sink ${name} is not told about runs`)
}

async function endpointOf(setting: HttpSetting, { env, warn }: SinkContext): Promise<Endpoint> {
  const { name, url, urlIn, urlFile, urlEnv, caFile, headersEnv } = setting
  const text =
    url ?? (urlEnv === undefined ? await readKeyFile(urlFile!, warn, `the address of ${name}`) : env[urlEnv])
  if (!text) {
    throw new ElysiaError(
      'ELYSIA_USAGE',
      `${urlEnv} is not set, and should hold the address of the sink ${name}`,
      {
        hint: `set ${urlEnv} in the environment of the command: cron has one of its own`,
      },
    )
  }
  const stats = urlIn === undefined ? undefined : await stat(urlIn).catch(() => undefined)
  if (stats !== undefined && isReadByOthers(stats))
    warn(`others may read ${urlIn}, which holds the address of the sink ${name}; chmod 600 prevents that`)
  const headers = readHeaders(env, headersEnv)
  rememberSecrets(Object.values(headers))
  return {
    url: endpointUrl(text.trim(), `the address of the sink ${name}`),
    headers,
    ...(caFile !== undefined && { ca: await certificates(caFile) }),
  }
}

async function certificates(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new ElysiaError('ELYSIA_USAGE', `ca_file ${path} cannot be read: ${messageOf(cause)}`, { cause })
  }
}

/** A program that receives an alert need not know where others are sent. */
function withoutAddresses(env: SinkContext['childEnv'], all: readonly SinkSetting[]) {
  const secret = new Set(
    all.flatMap((one) => ('takes' in one ? [one.urlEnv, ...Object.values(one.headersEnv ?? {})] : [])),
  )
  return Object.fromEntries(Object.entries(env).filter(([name]) => !secret.has(name)))
}
