import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ElysiaError, messageOf } from '../../../core/errors.ts'
import type { HistoryEntry, HistoryReader } from '../../history/entry.ts'
import type { RunLogged } from '../../history/log/line.ts'
import { readAssets } from '../assets.ts'
import { type DashboardSources, NO_ALERTS, type RunLine, runLine } from '../facts.ts'
import { wholePage } from '../html.ts'
import { type PackedFacts, packReport, packRuns } from './packed.ts'

/** How many runs a file holds, and of how many all that is known: those that did not end well come first. */
const RUNS = 10_000
const DETAILS = 200
const DETAILS_BYTES = 400_000
/** How much of their logs: the last lines of each. */
const LOG_LINES = 40
const LOGS_BYTES = 200_000

/** What was written. */
export interface ExportReport {
  readonly file: string
  readonly bytes: number
  readonly runs: number
  /** True where the history has more runs than the file. */
  readonly is_cut: boolean
}

/**
 * Writes the page with its facts into one file that asks nobody for anything: the last 10 000 runs, and no rejected record.
 * It stands under its name when it is whole.
 * @throws ElysiaError ELYSIA_STATE where the file cannot be written
 */
export async function exportDashboard(sources: DashboardSources, file: string): Promise<ExportReport> {
  const [assets, { facts, isCut }] = await Promise.all([readAssets(), packedFacts(sources)])
  const html = wholePage(facts, assets)
  await writeWhole(file, html)
  return { file, bytes: Buffer.byteLength(html), runs: facts.packed.rows.length, is_cut: isCut }
}

async function packedFacts(sources: DashboardSources): Promise<{ facts: PackedFacts; isCut: boolean }> {
  const { history, version } = sources
  const entries = history.list({ limit: RUNS + 1 })
  const runs: RunLine[] = entries.slice(0, RUNS).map(runLine)
  const facts: PackedFacts = {
    mode: 'file',
    version,
    packed: packRuns(runs),
    report: packReport(await sources.report(), runs),
    archives: (await sources.archives?.()) ?? [],
    alerts: (await sources.alerts?.()) ?? NO_ALERTS,
    running: entries.filter(({ status }) => status === 'running').slice(0, DETAILS),
    ...told(history, entries.slice(0, RUNS)),
    history_version: history.version(),
  }
  return { facts, isCut: entries.length > RUNS }
}

/** All that is known of some runs, and the end of what they said. */
function told(
  history: HistoryReader,
  entries: readonly HistoryEntry[],
): Pick<PackedFacts, 'details' | 'logs'> {
  const details = detailsOf(entries)
  let bytes = 0
  const logs = [...new Set(details.map(({ id }) => id))].flatMap((id): [string, RunLogged[]][] => {
    const ends = (history.logs?.(id) ?? []).map((log) => ({ ...log, lines: log.lines.slice(-LOG_LINES) }))
    bytes += JSON.stringify(ends).length
    return ends.length === 0 || bytes > LOGS_BYTES ? [] : [[id, ends]]
  })
  return { details, logs: Object.fromEntries(logs) }
}

/** The entries of which all is told, within a bound of bytes. */
function detailsOf(entries: readonly HistoryEntry[]): HistoryEntry[] {
  const isWell = ({ status }: HistoryEntry) => status === 'done' || status === 'running'
  const inOrder = [...entries.filter((entry) => !isWell(entry)), ...entries.filter(isWell)].slice(0, DETAILS)
  let bytes = 0
  return inOrder.filter((entry) => {
    bytes += JSON.stringify(entry).length
    return bytes <= DETAILS_BYTES
  })
}

async function writeWhole(file: string, text: string): Promise<void> {
  const beside = join(dirname(file), `.elysiactl-${randomBytes(6).toString('hex')}.html`)
  try {
    const handle = await open(beside, 'wx')
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(beside, file)
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => {})
    throw new ElysiaError('ELYSIA_STATE', `${file} cannot be written: ${messageOf(cause)}`, {
      hint: 'give --export a file in a directory that is there and may be written to',
      cause,
    })
  }
}
