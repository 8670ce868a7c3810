import type { Tables } from '../../cli/tables.ts'
import { type HistoryEntry, roughSize } from '../../library.ts'
import type { Column } from '../../view/columns.ts'

/** The columns of a list of runs, in the order in which a narrow terminal keeps them. */
export const RUN_COLUMNS: readonly Column[] = [
  { name: 'run', whole: true },
  { name: 'kind', whole: true },
  { name: 'collection', least: 12 },
  { name: 'status', whole: true },
  { name: 'started', whole: true, drop: 2 },
  { name: 'took', whole: true, drop: 4 },
  { name: 'records', whole: true, drop: 5 },
  { name: 'rejected', whole: true, drop: 6 },
  { name: 'bytes', whole: true, drop: 8 },
  { name: 'trigger', whole: true, drop: 9 },
  { name: 'target', least: 16, drop: 7 },
  { name: 'why', least: 24, drop: 3 },
]

/** A run as a row of these. */
export function runRow(entry: HistoryEntry, { time }: Pick<Tables, 'time'>): (string | number)[] {
  const { id, attempt, kind, collection, status, exit_code: exit, started_at: started, seconds } = entry
  const { records, rejected, bytes_in: read, bytes_out: written, trigger, target, error } = entry
  const tried = attempt > 1 ? `, try ${attempt}` : ''
  const code = exit === undefined || exit === 0 ? '' : ` (${exit})`
  const [unsaid, least] = [status === 'running' ? '' : '?', status === 'killed' ? '≥ ' : '']
  const figure = (value: number | undefined) => (value === undefined ? unsaid : `${least}${value}`)
  const bytes = Math.max(read ?? 0, written ?? 0)
  const isUnsaid = read === undefined && written === undefined
  return [
    ...[id, kind, collection, `${status}${code}${tried}`, time(started)],
    seconds === undefined ? progressText(entry) : timeText(seconds),
    ...[figure(records), figure(rejected)],
    ...[isUnsaid ? unsaid : bytes === 0 ? '' : `${least}${roughSize(bytes)}`, trigger, target],
    error === undefined ? '' : `${error.code}: ${error.message}`,
  ]
}

/** The progress of a running job. */
export function progressText({ progress }: Pick<HistoryEntry, 'progress'>): string {
  if (progress === undefined) return ''
  const { done, total, phase } = progress
  const share = total ? `${Math.min(100, Math.floor((done / total) * 100))} %` : String(done)
  return phase === undefined ? share : `${phase} ${share}`
}

/** `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function timeText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${whole % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
