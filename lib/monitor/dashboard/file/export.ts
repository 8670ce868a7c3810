import { randomBytes } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { ElysiaError, messageOf } from '../../../core/errors.ts'
import { pluralize } from '../../../core/units.ts'
import type { HistoryEntry, HistoryReader } from '../../history/entry.ts'
import type { AttemptLog } from '../../history/log/line.ts'
import { type Assets, readAssets } from '../assets.ts'
import { type DashboardSources, NO_ALERTS, runLine } from '../facts.ts'
import { wholePage } from '../html.ts'
import { boundedReport } from './boundedReport.ts'
import { type PackedFacts, packReport, packRuns } from './packedRuns.ts'

/** How many runs a file holds, and for how many of them everything: those that ended badly come first. */
const RUNS = 10_000
const DETAILS = 200
const DETAILS_BYTES = 400_000
/** How many of their last log lines it holds. */
const LOG_LINES = 40
const LOGS_BYTES = 200_000

/** The most bytes of a file. A larger one loses, step by step, its oldest runs, then the ends of lists. */
const MOST_BYTES = 2_000_000
const BOUNDS: readonly { readonly runs: number; readonly lines: number }[] = [
  { runs: RUNS, lines: Number.POSITIVE_INFINITY },
  { runs: 5000, lines: Number.POSITIVE_INFINITY },
  { runs: 2000, lines: Number.POSITIVE_INFINITY },
  { runs: 2000, lines: 2000 },
  { runs: 500, lines: 500 },
  { runs: 100, lines: 100 },
]

/** The result of an export. */
export interface ExportReport {
  readonly file: string
  readonly bytes: number
  readonly runs: number
  /** True if the history has more runs than the file. */
  readonly is_cut: boolean
  /** What else was left out to stay under 2 MB. */
  readonly left_out: readonly string[]
}

/**
 * Writes the page with its facts into one file that needs no server: the last 10 000 runs, and no rejected records. It
 * has at most 2 MB: beyond that the oldest runs and the ends of long lists are left out, and the page says so. The file
 * gets its name only when it is complete. Memory: the entries of these runs.
 * @throws ElysiaError ELYSIA_STATE if the file cannot be written
 */
export async function exportDashboard(sources: DashboardSources, file: string): Promise<ExportReport> {
  const [assets, known] = await Promise.all([readAssets(), exportFacts(sources)])
  const { html, facts } = await fitting(known, assets)
  await writeWhole(file, html)
  const runs = facts.packed.rows.length
  const isCut = known.entries.length > runs
  return { file, bytes: Buffer.byteLength(html), runs, is_cut: isCut, left_out: facts.left_out ?? [] }
}

/** Everything that a file may hold. */
type ExportFacts = Awaited<ReturnType<typeof exportFacts>>

async function exportFacts(sources: DashboardSources) {
  const { history, version } = sources
  return {
    ...{ history, version },
    entries: history.list({ limit: RUNS + 1 }),
    report: await sources.report(),
    archives: (await sources.archives?.()) ?? [],
    alerts: (await sources.alerts?.()) ?? NO_ALERTS,
  }
}

/** The page with as many facts as fit; the last bounds are used even if it does not. */
async function fitting(known: ExportFacts, assets: Assets) {
  for (const [step, bounds] of BOUNDS.entries()) {
    const facts = packedFacts(known, bounds)
    const packed = await promisify(gzip)(JSON.stringify(facts), { level: 9 })
    const html = wholePage(packed, assets)
    if (Buffer.byteLength(html) <= MOST_BYTES || step === BOUNDS.length - 1) return { html, facts }
  }
  throw new Error('there are bounds')
}

function packedFacts(facts: ExportFacts, bounds: (typeof BOUNDS)[number]): PackedFacts {
  const { history, version, archives, alerts } = facts
  const entries = facts.entries.slice(0, bounds.runs)
  const runs = entries.map(runLine)
  const { report, leftOut } = boundedReport(facts.report, bounds.lines)
  const lost = Math.min(facts.entries.length, RUNS) - runs.length
  const omissions = [...(lost > 0 ? [`the oldest ${pluralize(lost, 'run')}`] : []), ...leftOut]
  return {
    mode: 'file',
    ...{ version, archives, alerts },
    packed: packRuns(runs),
    report: packReport(report, runs),
    running: entries.filter(({ status }) => status === 'running').slice(0, DETAILS),
    ...detailsAndLogs(history, entries),
    ...(omissions.length > 0 && { left_out: omissions }),
    history_version: history.version(),
  }
}

/** Everything known of some runs, and the last lines of their logs. */
function detailsAndLogs(
  history: HistoryReader,
  entries: readonly HistoryEntry[],
): Pick<PackedFacts, 'details' | 'logs'> {
  const details = detailsOf(entries)
  let bytes = 0
  const logs = [...new Set(details.map(({ id }) => id))].flatMap((id): [string, AttemptLog[]][] => {
    const ends = (history.logs?.(id) ?? []).map((log) => ({ ...log, lines: log.lines.slice(-LOG_LINES) }))
    bytes += JSON.stringify(ends).length
    return ends.length === 0 || bytes > LOGS_BYTES ? [] : [[id, ends]]
  })
  return { details, logs: Object.fromEntries(logs) }
}

/** The entries shown in full, within a bound of bytes. */
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
