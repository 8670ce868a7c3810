import { writeFileSync } from 'node:fs'
import { arch, cpus, platform, release, totalmem } from 'node:os'
import { gzipSync } from 'node:zlib'
import type { Settings } from '../../config/settings.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import type { OptionSchema } from '../../options/schema.ts'
import { TOOL } from '../../run/tool.ts'
import type { HistoryEntry, HistoryReader } from '../history/entry.ts'
import type { Check } from './check.ts'

const MOST_RUNS = 200

/** The facts of a bundle: what another person needs to help, and nothing private. */
export interface BundleFacts {
  readonly checks: readonly Check[]
  readonly settings: Settings
  /** Option schemas by their key. */
  readonly options: ReadonlyMap<string, OptionSchema>
  readonly runs: readonly unknown[]
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The document of a bundle. It contains no text from a person or a record: for settings names, origins and values that
 * are numbers, flags or listed words; for targets their number; for variables their names; for runs what `recentRuns`
 * returns.
 */
export function doctorBundle({ checks, settings, options, runs, env }: BundleFacts): object {
  return {
    made_at: new Date().toISOString(),
    version: TOOL.version,
    node: process.versions,
    system: {
      platform: platform(),
      arch: arch(),
      release: release(),
      cpus: cpus().length,
      memory_bytes: totalmem(),
    },
    checks,
    settings: settings.layers.flatMap(({ origin, values }) =>
      Object.entries(values).map(([key, value]) => ({
        key,
        origin,
        value: plainValue(options.get(key), value),
      })),
    ),
    targets: Object.keys(settings.targets).length,
    sections: settings.sections.map(({ name, origin }) => ({ name, origin })),
    environment: Object.keys(env)
      .filter((name) => /^(ELYSIACTL_|NODE_|XDG_)/.test(name))
      .sort(),
    runs,
  }
}

/** A value that cannot be secret and reveals no data. */
function plainValue(option: OptionSchema | undefined, value: unknown): unknown {
  if (option === undefined) return '(set)'
  const isWord = option.enum?.some((one) => one === value) === true
  if (option.type === 'boolean' && /^(true|false|1|0|yes|no|on|off)$/i.test(String(value))) return value
  if (isWord || (option.type === 'integer' && /^\d+(\.\d+)? ?[a-zA-Z]{0,7}$/.test(String(value))))
    return value
  return '(set)'
}

/** The last runs of the history: how they went, without their arguments. */
export function recentRuns(history: Pick<HistoryReader, 'list'>): object[] {
  return history.list({ limit: MOST_RUNS }).map(runFacts)
}

function runFacts(entry: HistoryEntry): object {
  const { id, attempt, kind, trigger, status, exit_code, started_at, ended_at, seconds } = entry
  const { records, rejected, bytes_in, bytes_out, rate_per_second, peak_rss_bytes, retries, version } = entry
  return {
    ...{ id, attempt, kind, trigger, status, exit_code, started_at, ended_at, seconds },
    ...{ records, rejected, bytes_in, bytes_out, rate_per_second, peak_rss_bytes, retries, version },
    error: entry.error?.code,
  }
}

/** Writes a new gzipped file for this user only. @throws ElysiaError ELYSIA_CONFLICT if it exists, ELYSIA_STATE */
export function writeBundle(path: string, bundle: object): void {
  try {
    writeFileSync(path, gzipSync(`${JSON.stringify(bundle, null, 2)}\n`), { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new ElysiaError('ELYSIA_CONFLICT', `${path} is there already`, {
        hint: 'nothing was written: move it away, or give another FILE',
      })
    }
    throw new ElysiaError('ELYSIA_STATE', `${path} cannot be written: ${messageOf(cause)}`, { cause })
  }
}
