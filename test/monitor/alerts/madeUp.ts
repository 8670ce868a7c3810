// A history of made-up runs, and settings in code, for tests of alerts.
import { readAlertSettings } from '../../../lib/monitor/alerts/config/read.ts'
import type { AlertSettings } from '../../../lib/monitor/alerts/config/settings.ts'
import type { SinkContext } from '../../../lib/monitor/alerts/sink/sinks.ts'
import type { HistoryEntry, HistoryReader } from '../../../lib/monitor/history/entry.ts'
import type { MonitorReport } from '../../../lib/monitor/report/schema.ts'

/** Some noon: the clock of these tests. */
export const NOON = Date.parse('2026-06-01T12:00:00Z')
export const HOUR = 3_600_000

/** A run that ended, or was last heard of, `at`. */
export function runAt(at: number, entry: Partial<HistoryEntry> = {}): HistoryEntry {
  const ended = new Date(at).toISOString()
  const started = new Date(at - 60_000).toISOString()
  return {
    id: `run-${at}`,
    attempt: 1,
    kind: 'backup',
    trigger: 'cron',
    collection: 'Article',
    target: 'http://h:8080',
    status: 'done',
    ...{ started_at: started, updated_at: ended },
    ...(entry.status !== 'running' && { ended_at: ended }),
    ...{ counts: {}, records: 10, rejected: 0, bytes_in: 0, bytes_out: 0, peak_rss_bytes: 1, retries: 0 },
    ...{ hosts: [], command: [], directory: '/', version: '1', host: 'h', pid: 1 },
    ...entry,
  }
}

/** Reads these entries, whatever their order. */
export function readerOf(entries: readonly HistoryEntry[]): HistoryReader {
  const sorted = () => entries.toSorted((one, other) => (one.started_at < other.started_at ? 1 : -1))
  return {
    list: ({ kind, status, collection, target, since, before, limit } = {}) =>
      sorted()
        .filter(
          (entry) =>
            (kind?.includes(entry.kind) ?? true) &&
            (status?.includes(entry.status) ?? true) &&
            (collection === undefined || entry.collection === collection) &&
            (target === undefined || entry.target === target) &&
            (since === undefined || entry.started_at >= since) &&
            (before === undefined || entry.started_at < before),
        )
        .slice(0, limit),
    find: (id) => entries.filter((entry) => entry.id === id),
    lastSuccesses: () => {
      const done = sorted().filter(({ status }) => status === 'done')
      return done.filter(
        (entry, at) =>
          done.findIndex(
            ({ kind, collection, target }) =>
              kind === entry.kind && collection === entry.collection && target === entry.target,
          ) === at,
      )
    },
    figures: () => [],
    traffic: () => [],
    version: () => 1,
  }
}

/** A report in which all is well. */
export function reportOf(report: Partial<MonitorReport> = {}): MonitorReport {
  return {
    ...{ generated_at: new Date(NOON).toISOString(), since: new Date(NOON - 30 * 24 * HOUR).toISOString() },
    ...{ needs_attention: [], running: 0, success: [], missed: [], recovery: [], trends: [], storage: [] },
    ...{ cleanup: [], damaged: [], unverified: [], never_backed_up: [], uncovered: [], undelivered: 0 },
    ...{ disk: [], notes: [] },
    ...report,
  }
}

/** The settings of a file with this section, as YAML. */
export async function settingsOf(
  alerts: object,
  origin = '/etc/elysiactl/config.yaml',
): Promise<AlertSettings> {
  const settings = await readAlertSettings([{ name: 'alerts', origin, text: JSON.stringify({ alerts }) }])
  return settings!
}

/** A context in which nothing is said, but kept. */
export function sinkContext(env: Record<string, string> = {}) {
  const said: string[] = []
  const context: SinkContext = {
    ...{ env, childEnv: { PATH: process.env.PATH, ...env } },
    say: (line) => said.push(line),
    warn: (line) => said.push(`warning: ${line}`),
  }
  return { said, context }
}
