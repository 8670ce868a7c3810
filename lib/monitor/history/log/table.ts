import { shallowJson } from '../../../catalog/shallowJson.ts'
import type { HistoryConnection } from '../table/file.ts'
import { InvalidEntry } from '../table/invalidEntry.ts'
import { timeIn } from '../table/row.ts'
import { LOG_LEVELS, type LogLevel } from './levels.ts'
import type { AttemptLog, LogLine } from './line.ts'

/**
 * How many runs keep a log, and the bytes of all these logs: once for runs that ended well, and once for the others.
 */
const RUNS = 1000
const RUNS_BYTES = 16_000_000
/** The limits are checked with every twentieth run: that takes a few milliseconds. */
const LOOK_EVERY = 20

/**
 * Created with the first log: a history without logs works too. A row has the number of its row in `runs`; `is_well` is
 * 1 unless the run ended badly. Lines are JSON lists of milliseconds since 1970, level number and text, and for several
 * equal ones their number and the milliseconds of the first.
 */
const MAKE = [
  `CREATE TABLE IF NOT EXISTS logs (
    number INTEGER PRIMARY KEY,
    is_well INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    lines TEXT NOT NULL
  )`,
  'CREATE INDEX IF NOT EXISTS logs_kept ON logs (is_well, number, bytes)',
]

const IS_THERE = `SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'logs'`

const FORGET = `
  DELETE FROM logs WHERE number IN (
    SELECT number FROM (
      SELECT number, row_number() OVER newest AS place, sum(bytes) OVER newest AS total FROM logs
      WINDOW newest AS (PARTITION BY is_well ORDER BY number DESC))
    WHERE place > ? OR total > ?)`

/**
 * Rewrites the log of a try. Removes the oldest logs beyond about 1 000 runs that ended well, and as many that did not.
 */
export function putLog(
  database: HistoryConnection,
  number: number,
  lines: readonly LogLine[],
  isWell: boolean,
): void {
  for (const sql of MAKE) database.prepare(sql).run()
  const text = JSON.stringify(
    lines.map(({ at, level, text, times, since }) => {
      const line = [Date.parse(at), LOG_LEVELS.indexOf(level), text]
      return times === undefined || since === undefined ? line : [...line, times, Date.parse(since)]
    }),
  )
  const isKnown = database.prepare('SELECT 1 FROM logs WHERE number = ?').get(number) !== undefined
  const put = 'INSERT OR REPLACE INTO logs (number, is_well, bytes, lines) VALUES (?, ?, ?, ?)'
  database.prepare(put).run(number, isWell ? 1 : 0, text.length, text)
  if (!isKnown && number % LOOK_EVERY === 0) database.prepare(FORGET).run(RUNS, RUNS_BYTES)
}

/** The kept logs of a run's tries, first one first. @throws InvalidEntry */
export function logsOf(database: HistoryConnection, id: string): AttemptLog[] {
  if (!hasLogs(database)) return []
  const rows = database
    .prepare('SELECT attempt, lines FROM logs JOIN runs USING (number) WHERE id = ? ORDER BY attempt')
    .all(id) as { attempt: number; lines: string }[]
  return rows.map(({ attempt, lines }) => ({ attempt, lines: linesIn(lines) }))
}

/** Marks the log of a run that was found to have ended badly. */
export function noteBad(database: HistoryConnection, number: number): void {
  if (hasLogs(database)) database.prepare('UPDATE logs SET is_well = 0 WHERE number = ?').run(number)
}

/** Removes the logs of runs that no longer exist. */
export function pruneLogs(database: HistoryConnection): void {
  if (hasLogs(database))
    database.prepare('DELETE FROM logs WHERE number NOT IN (SELECT number FROM runs)').run()
}

function hasLogs(database: HistoryConnection): boolean {
  return database.prepare(IS_THERE).get() !== undefined
}

function linesIn(json: string): LogLine[] {
  try {
    const read = shallowJson(json)
    if (Array.isArray(read)) return read.map(lineIn)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new InvalidEntry(`the log of a run is ${json.slice(0, 100)}`)
}

function lineIn(value: unknown): LogLine {
  const [ms, level, text, times, since] = Array.isArray(value) ? value : []
  const name: LogLevel | undefined = LOG_LEVELS[level as number]
  if (name === undefined || typeof text !== 'string') {
    throw new InvalidEntry(`a line of a log is ${JSON.stringify(value).slice(0, 100)}`)
  }
  return {
    ...{ at: timeIn(ms), level: name, text },
    ...(Number.isSafeInteger(times) && times > 1 && { times, since: timeIn(since) }),
  }
}
