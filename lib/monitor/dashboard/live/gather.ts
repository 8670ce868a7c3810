import { resolve } from 'node:path'
import type { MonitorReport } from '../../report/schema.ts'
import type { DashboardSources, LiveFacts, PageFacts, RunFacts } from '../facts.ts'
import { NO_ALERTS, runLine } from '../facts.ts'
import { rejectsSample } from '../rejects.ts'
import { runPage } from '../runPage.ts'

const FIRST_RUNS = 15
const RECENT = 20
const MOST_RUNNING = 100
/** Ages in a report grow by themselves, and expectations are missed without any run. */
const REPORT_STALE_MS = 15_000
const REPORT_LEAST_MS = 1000

/** Asks the sources for the page's facts. Makes one report for all viewers, at most one a second. */
export interface DashboardFacts {
  page(): Promise<PageFacts>
  live(): LiveFacts
  run(id: string): Promise<RunFacts>
  report(): Promise<MonitorReport>
}

/** The facts of the dashboard, read from its sources when they are asked for. */
export function gatherFacts(sources: DashboardSources, now = () => performance.now()): DashboardFacts {
  const { history } = sources
  let cached: { readonly report: Promise<MonitorReport>; readonly version: number; readonly at: number }
  const report = () => {
    const version = history.version()
    const age = cached === undefined ? Number.POSITIVE_INFINITY : now() - cached.at
    const isStale =
      cached === undefined || (version === cached.version ? age > REPORT_STALE_MS : age > REPORT_LEAST_MS)
    if (isStale) {
      cached = { report: (async () => sources.report())(), version, at: now() }
      // The next caller tries a failed report again; those who wait for it get the error.
      cached.report.catch(() => {
        cached = { ...cached, at: Number.NEGATIVE_INFINITY }
      })
    }
    return cached.report
  }
  return {
    report,
    page: async () => ({
      ...runPage(history, {}, FIRST_RUNS),
      version: sources.version,
      mode: 'live',
      report: await report(),
      archives: (await sources.archives?.()) ?? [],
      alerts: (await sources.alerts?.()) ?? NO_ALERTS,
      running: running(sources),
      history_version: history.version(),
    }),
    live: () => ({
      history_version: history.version(),
      at: new Date().toISOString(),
      running: running(sources),
      recent: history
        .list({ limit: RECENT })
        .filter(({ status }) => status !== 'running')
        .map(runLine),
    }),
    async run(id) {
      const entries = history.find(id)
      const last = entries.at(-1)
      if (last === undefined) return { entries }
      const { rejects_file: file, directory } = last
      const logs = history.logs?.(last.id) ?? []
      if (file === undefined) return { entries, logs }
      // The path is relative to where the run was started, not to where the page is served.
      return { entries, logs, rejects: await rejectsSample(resolve(directory, file)) }
    },
  }
}

function running({ history }: DashboardSources) {
  return history.list({ status: ['running'], limit: MOST_RUNNING })
}
