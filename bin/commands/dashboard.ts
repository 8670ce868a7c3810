import { resolve } from 'node:path'
import { watchAlerts } from '../alertsWatch.ts'
import { useCatalog } from '../cli/catalog.ts'
import type { Command, Context } from '../cli/command.ts'
import {
  addressOf,
  catalogOptions,
  type DashboardSources,
  dashboardLibrary,
  dashboardOptions,
  isLoopback,
  metricsListenOptions,
  pluralize,
  rememberedAlerts,
  roughSize,
  TOOL,
} from '../library.ts'
import { servingMetrics } from '../metrics.ts'
import { withMonitor } from '../monitor.ts'
import { alertsFile } from '../observers/alertSettings.ts'
import { reportPeriod, reportPeriodOptions } from '../reportPeriod.ts'

/** `dashboard`: what is running, what was done and what needs attention, as a page in the browser. */
export const command: Command = {
  summary: 'show running jobs, history and what needs attention in the browser',
  alsoKnownAs: ['ui', 'web', 'serve'],
  operands: [],
  examples: [
    'elysiactl dashboard --open',
    'elysiactl dashboard --listen 127.0.0.1:8090',
    'elysiactl dashboard --export dashboard.html --since 90d',
  ],
  schemas: [dashboardOptions, reportPeriodOptions, catalogOptions, metricsListenOptions],
  document: 'dashboard',
  docs: 'docs/dashboard.md',
  run,
}

async function run(context: Context): Promise<void> {
  const { export: file } = context.options(dashboardOptions)
  await withMonitor(context, async ({ history, report }) => {
    const { archiveViews } = await dashboardLibrary()
    const sources: DashboardSources = {
      history,
      report: () => report(reportPeriod(context)),
      archives: () => useCatalog(context, archiveViews),
      alerts: async () => {
        const { readStoredAlerts } = await rememberedAlerts()
        return readStoredAlerts(alertsFile())
      },
      version: TOOL.version,
    }
    if (file !== undefined) return write(context, sources, resolve(file))
    await servingMetrics(context, (ready) => serve(context, sources, ready))
  })
}

async function write({ console }: Context, sources: DashboardSources, file: string): Promise<void> {
  const { exportDashboard } = await dashboardLibrary()
  const written = await exportDashboard(sources, file)
  if (console.json) return console.document(written)
  const { runs, bytes, is_cut: isCut, left_out: leftOut } = written
  const which = isCut ? `only the last ${pluralize(runs, 'run')}` : pluralize(runs, 'run')
  console.note(`written: ${file}, ${roughSize(bytes)}, ${which}`)
  if (leftOut.length > 0) console.warn(`to stay within 2 MB, it leaves out ${leftOut.join('; ')}`)
}

/** Serves the page until a signal comes. */
async function serve(context: Context, sources: DashboardSources, ready: () => void): Promise<void> {
  const { console, stop } = context
  const { listen, open } = context.options(dashboardOptions)
  const { openInBrowser, serveDashboard } = await dashboardLibrary()
  const watch = await watchAlerts(context)
  const dashboard = await serveDashboard(sources, addressOf(listen, '--listen')).catch(
    async (error: unknown) => {
      await watch?.end()
      throw error
    },
  )
  ready()
  const { link, address } = dashboard
  const opened = open ? await openInBrowser(link) : undefined
  try {
    if (console.json) await console.document({ link, ...address })
    else await console.print([link])
    console.note('anyone with this link can see the page while this command runs; Ctrl-C ends it')
    if (!isLoopback(address)) {
      console.warn(`${listen} can be reached from other machines, and the page is not encrypted on its way`)
    }
    if (opened?.isOpened === false) console.warn('no browser could be started: open the link yourself')
    await untilStopped(stop)
  } finally {
    await opened?.forget()
    await dashboard.close()
    await watch?.end()
  }
}

function untilStopped(stop: AbortSignal): Promise<void> {
  if (stop.aborted) return Promise.resolve()
  return new Promise((done) => stop.addEventListener('abort', () => done(), { once: true }))
}
