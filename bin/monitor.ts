import { join } from 'node:path'
import { backupRoot, useCatalog, useCatalogCopy } from './cli/catalog.ts'
import type { Context } from './cli/command.ts'
import {
  type Catalog,
  chooseTarget,
  ElysiaError,
  type History,
  hasKeepRules,
  historyLibrary,
  layersFor,
  loadCatalog,
  type MonitorReport,
  messageOf,
  parseTarget,
  pluralize,
  rememberedAlerts,
  reportLibrary,
  resolveOptions,
  retentionOptions,
  type Settings,
  type StandingFacts,
  type StandingOptions,
  userPaths,
} from './library.ts'
import { alertsFile } from './observers/alertSettings.ts'
import { eventText } from './view/eventText.ts'

/** The history, and reports made from it. */
export interface Monitor {
  readonly history: History
  /** Makes a new report at each call. `since` and `slo` as `report` takes them. */
  report(asked?: ReportRequest): Promise<MonitorReport>
  /** The parts of it that hold even if nothing was run. */
  standing(asked?: StandingOptions): Promise<StandingFacts>
}

/** The period and objective of a report. */
export interface ReportRequest {
  readonly since?: string | undefined
  readonly slo?: number | undefined
  /** Messages of alerts that no sink has taken yet; by default those waiting now. */
  readonly undelivered?: number
}

/**
 * Opens the history of this user for a piece of work; creates none. Reads the expectations of the configuration first,
 * so that a fault in them is reported before everything else. Needs catalogOptions in schemas.
 * @throws ElysiaError ELYSIA_USAGE for invalid expectations, ELYSIA_STATE
 */
export async function withMonitor<T>(
  context: Pick<Context, 'console' | 'options' | 'settings'>,
  work: (monitor: Monitor) => Promise<T>,
): Promise<T> {
  const { settings } = context
  const { report, standingFindings: standing, readExpectations } = await reportLibrary()
  const { undeliveredCount } = await rememberedAlerts()
  const expectations = await readExpectations(ownFirst(settings), (target) => addressIn(settings, target))
  const policy = await policyIn(settings)
  const history = await openUserHistory(context)
  try {
    return await work({
      history,
      standing: (asked = {}) => {
        const sources = { history, expectations, directories: [backupRoot(context), userPaths().state] }
        return reading(
          context,
          (catalog) => standing({ ...sources, catalog }, asked),
          () => standing(sources, asked),
        )
      },
      report: ({ undelivered = undeliveredCount(alertsFile()), ...options } = {}) => {
        const directories = [backupRoot(context), userPaths().state]
        const sources = { history, expectations, policy, undelivered, directories }
        return reading(
          context,
          (catalog) => report({ ...sources, catalog }, options),
          (why) => report({ ...sources, notes: [`archives: ${why}`] }, options),
        )
      },
    })
  } finally {
    history.close()
  }
}

/** Works with the catalog; with a copy of it if its directory is not writable; or without it, and the reason. */
async function reading<T>(
  context: Pick<Context, 'console' | 'options'>,
  work: (catalog: Catalog) => Promise<T>,
  without: (why: string) => Promise<T>,
): Promise<T> {
  try {
    return await useCatalog(context, work)
  } catch (error) {
    if (!(error instanceof ElysiaError) || error.code !== 'ELYSIA_STATE') throw error
    return useCatalogCopy(context, work).catch(() => without(messageOf(error)))
  }
}

/** Opens the history of this user, to be read and closed; an empty one if there is none. */
export async function openUserHistory({ console }: Pick<Context, 'console'>): Promise<History> {
  const { openHistory, HISTORY_FILE } = await historyLibrary()
  return openHistory(join(userPaths().state, HISTORY_FILE), {
    missing: 'memory',
    onEvent: (event) => {
      const text = eventText(event)
      if (text !== undefined) console.warn(text)
    },
  })
}

/** Reports how many messages of alerts no sink has taken yet, if any. */
export async function noteUndelivered({ note }: Pick<Context['console'], 'note'>): Promise<void> {
  const { undeliveredCount } = await rememberedAlerts()
  const count = undeliveredCount(alertsFile())
  if (count > 0)
    note(`${pluralize(count, 'alert message')} not delivered: \`elysiactl alerts check\` tries again`)
}

/** The expectations of the configuration. @throws ElysiaError ELYSIA_USAGE with the line and column of the fault */
export async function expectationsOf(settings: Settings) {
  const { readExpectations } = await reportLibrary()
  return readExpectations(ownFirst(settings), (target) => addressIn(settings, target))
}

/** Puts a project's file last. */
function ownFirst({ sections, files }: Settings) {
  const isOfProject = ({ origin }: (typeof sections)[number]) =>
    files.some(({ path, kind }) => kind === 'project' && path === origin)
  return sections.toSorted((a, b) => Number(isOfProject(a)) - Number(isOfProject(b)))
}

/** The address of a store that the configuration names, otherwise the text itself. */
function addressIn(settings: Settings, target: string): string {
  return parseTarget(chooseTarget(target, 'expect', settings).address).text
}

/** The rules that `col catalog cleanup` would follow; undefined if the configuration has none. */
async function policyIn({ layers }: Settings) {
  const { options } = resolveOptions(retentionOptions, layersFor(retentionOptions, [...layers]))
  const { policyOf } = await loadCatalog()
  const policy = policyOf(options)
  return policy.olderThan !== undefined || hasKeepRules(policy) ? policy : undefined
}
