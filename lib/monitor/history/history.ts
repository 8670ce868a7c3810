import { isGone, type LockOwner, thisOwner } from '../../catalog/lock/process.ts'
import { ElysiaError } from '../../core/errors.ts'
import type {
  HistoryChoice,
  HistoryEntry,
  HistoryStatus,
  HistoryTotal,
  ReportedHistory,
  RunPoint,
} from './entry.ts'
import { type HistoryConnection, HistoryFile, type HistoryFileOptions } from './file.ts'
import { killedEntry } from './killed.ts'
import { LAST_OF_EACH_STATUS, newestOf } from './last.ts'
import { type Keep, prune } from './prune.ts'
import { queryOf, singled } from './query.ts'
import { COLUMNS, entryOf, ownerIn, type RunRow, valuesOf } from './row.ts'
import { addTo, renewSuccess, totalsIn } from './totals.ts'

/** Whether processes are gone is looked at so often while a history is read. */
const LOOK_EVERY_MS = 1000

const INSERT = `
  INSERT INTO runs (${COLUMNS.map((name) => `"${name}"`).join()}) VALUES (${COLUMNS.map(() => '?').join()})`

const UPDATE = `UPDATE runs SET ${COLUMNS.map((name) => `"${name}" = ?`).join()} WHERE number = ?`

const POINT = 'id, kind, collection, target, status, code, started_at, seconds, rate, bytes_in, bytes_out'

type PointRow = [
  ...[id: string, kind: string, collection: string, target: string, status: HistoryStatus, code: string],
  ...[started: number, seconds: number | null, rate: number | null, bytesIn: number, bytesOut: number],
]

function pointOf(row: PointRow): RunPoint {
  const [id, kind, collection, target, status, code, startedMs, seconds, rate, bytesIn, bytesOut] = row
  return {
    id,
    kind,
    collection,
    target,
    status,
    code,
    startedMs,
    seconds: seconds ?? 0,
    rate: rate ?? 0,
    bytes: bytesIn + bytesOut,
  }
}

/**
 * All runs of a user on this machine, a row for each try. Every call is one transaction; a write waits 250 ms at most
 * for another process. Runs whose process is gone are found to be killed, at most a second after that is asked.
 * Errors: ELYSIA_LOCKED where another process is writing, ELYSIA_STATE where the file cannot be used. Memory: 8 MB of
 * the file, and what a call answers.
 */
export class History implements ReportedHistory {
  readonly #file: HistoryFile
  readonly #self: LockOwner = thisOwner()
  #lookedMs = Number.NEGATIVE_INFINITY
  #writes = 0

  constructor(path: string, options: HistoryFileOptions = {}) {
    this.#file = new HistoryFile(path, options)
  }

  get path(): string {
    return this.#file.path
  }

  /** The attempt that a process would be which begins, or goes on with, a run now. */
  nextAttempt(id: string): number {
    const found = this.#file.use((database) =>
      database.prepare('SELECT max(attempt) last FROM runs WHERE id = ?').get(id),
    ) as { last: number | null }
    return (found.last ?? 0) + 1
  }

  /** Adds an entry, or writes it anew; while it says `running` it is of this process. */
  put(entry: HistoryEntry): void {
    this.#write((database) => putRow(database, entry, entry.status === 'running' ? this.#self : undefined))
  }

  /** Finds the runs whose process is gone without a word, and notes them as killed; returns how many. */
  settleKilled(): number {
    this.#lookedMs = performance.now()
    const open = this.#file.use((database) =>
      database.prepare('SELECT * FROM runs WHERE owner IS NOT NULL').all(),
    ) as RunRow[]
    const dead = open.filter((row) => this.#isGone(row))
    if (dead.length === 0) return 0
    this.#write((database) => {
      for (const row of dead) putRow(database, killedEntry(entryOf(row)), undefined)
    })
    return dead.length
  }

  /** Removes old entries, but for the last good one of each subject; the sums stay. Returns how many. */
  prune(keep: Keep, nowMs = Date.now()): number {
    return this.#write((database) => prune(database, keep, nowMs))
  }

  list(choice: HistoryChoice = {}): HistoryEntry[] {
    const queries = singled(choice).map(queryOf)
    return this.#read((database) => {
      const lists = queries.map(({ sql, values }) => {
        return database.prepare(`SELECT * FROM runs ${sql}`).all(...values) as RunRow[]
      })
      if (lists.length === 1) return lists[0]!
      const all = lists.flat().sort((a, b) => b.started_at - a.started_at || b.number - a.number)
      return all.slice(0, choice.limit)
    })
  }

  /** @throws ElysiaError ELYSIA_USAGE where several begin so */
  find(id: string): HistoryEntry[] {
    const exact = this.#triesOf(id)
    if (exact.length > 0 || id === '') return exact
    const ids = this.idsBeginning(id, 3)
    if (ids.length < 2) return ids.length === 0 ? [] : this.#triesOf(ids[0]!)
    throw new ElysiaError('ELYSIA_USAGE', `several runs begin with ${id}`, {
      hint: `write more of it: ${ids.join(', ')}${ids.length > 2 ? ', …' : ''}`,
    })
  }

  /** Ids that begin so, the newest first. */
  idsBeginning(prefix: string, limit: number): string[] {
    const rows = this.#file.use((database) =>
      database
        .prepare('SELECT DISTINCT id FROM runs WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT ?')
        .all(prefix, `${prefix}\u{10ffff}`, limit),
    ) as { id: string }[]
    return rows.map(({ id }) => id)
  }

  lastSuccesses(): HistoryEntry[] {
    return this.#read((database) =>
      database.prepare('SELECT runs.* FROM successes JOIN runs USING (number)').all(),
    )
  }

  lastRuns(): HistoryEntry[] {
    return newestOf(this.#read((database) => database.prepare(LAST_OF_EACH_STATUS).all()))
  }

  totals(): HistoryTotal[] {
    this.#look()
    return this.#file.use(totalsIn)
  }

  points(since: string): RunPoint[] {
    this.#look()
    const rows = this.#file.use((database) =>
      database
        .prepare(`SELECT ${POINT} FROM runs WHERE started_at >= ? ORDER BY started_at, number`)
        .raw()
        .all(Date.parse(since)),
    ) as PointRow[]
    return rows.map(pointOf)
  }

  rates(
    { kind, collection, target }: Pick<RunPoint, 'kind' | 'collection' | 'target'>,
    limit: number,
  ): number[] {
    const rows = this.#file.use((database) =>
      database
        .prepare(
          `SELECT rate FROM runs WHERE kind = ? AND collection = ? AND target = ? AND status = 'done' AND rate > 0
           ORDER BY started_at DESC LIMIT ?`,
        )
        .pluck()
        .all(kind, collection, target, limit),
    ) as number[]
    return rows.reverse()
  }

  version(): number {
    const others = this.#file.use((database) => database.pragma('data_version')) as number
    return others * 1_000_000 + this.#writes
  }

  /** The most pages that the file may have from now on, of this connection: it is then full. */
  limitPages(pages: number): void {
    this.#file.use((database) => database.pragma(`max_page_count = ${pages}`))
  }

  close(): void {
    this.#file.close()
  }

  #isGone({ owner, updated_at: heardMs }: RunRow): boolean {
    return owner !== null && isGone(ownerIn(owner), heardMs, Date.now(), this.#self)
  }

  #triesOf(id: string): HistoryEntry[] {
    return this.#read((database) =>
      database.prepare('SELECT * FROM runs WHERE id = ? ORDER BY attempt').all(id),
    )
  }

  #read(select: (database: HistoryConnection) => unknown[]): HistoryEntry[] {
    this.#look()
    return this.#file.use((database) =>
      (select(database) as RunRow[]).map((row) => {
        return this.#isGone(row) ? killedEntry(entryOf(row)) : entryOf(row)
      }),
    )
  }

  /** Where what is found cannot be written, as in a file of somebody else, each answer says it all the same. */
  #look(): void {
    if (performance.now() - this.#lookedMs < LOOK_EVERY_MS) return
    try {
      this.settleKilled()
    } catch (error) {
      if (!(error instanceof ElysiaError)) throw error
    }
  }

  #write<T>(work: (database: HistoryConnection) => T): T {
    this.#writes += 1
    return this.#file.use((database) => database.transaction(() => work(database)))
  }
}

/** Opens the history of a user, `history.db` in the directory of the state; makes it where it is not there. */
export function openHistory(path: string, options: HistoryFileOptions = {}): History {
  return new History(path, options)
}

function putRow(database: HistoryConnection, entry: HistoryEntry, owner: LockOwner | undefined): void {
  const { id, attempt } = entry
  const find = database.prepare('SELECT * FROM runs WHERE id = ? AND attempt = ?')
  const before = find.get(id, attempt) as RunRow | undefined
  const values = valuesOf(entry, owner)
  if (before === undefined) database.prepare(INSERT).run(...values)
  else {
    addTo(database, before, -1)
    database.prepare(UPDATE).run(...values, before.number)
  }
  if (entry.status === 'running') return
  const after = find.get(id, attempt) as RunRow
  addTo(database, after, 1)
  if (entry.status === 'done' || before?.status === 'done') renewSuccess(database, after)
}
