import { isGone, type LockOwner, thisOwner } from '../../catalog/lock/process.ts'
import { ElysiaError } from '../../core/errors.ts'
import type {
  HistoryChoice,
  HistoryEntry,
  ReportedHistory,
  SubjectFigures,
  SubjectRuns,
  SubjectSuccess,
  TrafficTotal,
} from './entry.ts'
import { killedEntry } from './killedEntry.ts'
import type { AttemptLog, LogLine } from './log/line.ts'
import { logsOf, noteBad, pruneLogs, putLog } from './log/table.ts'
import { type CompactionResult, releaseFreePages } from './table/compact.ts'
import { figuresIn } from './table/figures.ts'
import { type HistoryConnection, HistoryFile, type HistoryFileOptions } from './table/file.ts'
import { LAST_SUCCESSES, successesIn } from './table/last.ts'
import { type PruneLimits, prune } from './table/prune.ts'
import { queryOf, SELECT_RUNS, splitChoice } from './table/query.ts'
import { entryOf, ownerIn, type RunRow } from './table/row.ts'
import { subjectsIn } from './table/subjects.ts'
import { trafficIn } from './table/totals.ts'
import { putRow } from './table/write.ts'

/** While a history is read, how often it checks whether processes are gone. */
const LOOK_EVERY_MS = 1000

/**
 * All runs of a user on this machine, a row for each try. Each call is one transaction; a write waits at most 250 ms
 * for another process. A run whose process is gone is reported as killed within a second. Errors: ELYSIA_LOCKED if
 * another process is writing, ELYSIA_STATE if the file cannot be used. Memory: 8 MB of the file, and the answer of a
 * call.
 */
export class History implements ReportedHistory {
  readonly #file: HistoryFile
  readonly #self: LockOwner = thisOwner()
  #lookedMs = Number.NEGATIVE_INFINITY
  #writes = 0
  /** How often another process was seen to have written, or the file to be another one. */
  #changes = 0
  #seen = { others: 0, opened: 0 }

  constructor(path: string, options: HistoryFileOptions = {}) {
    this.#file = new HistoryFile(path, options)
  }

  get path(): string {
    return this.#file.path
  }

  /** The number of the attempt that begins or continues a run now. */
  nextAttempt(id: string): number {
    const found = this.#file.use((database) =>
      database.prepare('SELECT max(attempt) last FROM runs WHERE id = ?').get(id),
    ) as { last: number | null }
    return (found.last ?? 0) + 1
  }

  /** Adds an entry, or rewrites it, with its log if given; while it says `running` it belongs to this process. */
  put(entry: HistoryEntry, log?: readonly LogLine[]): void {
    this.#write((database) => {
      const number = putRow(database, entry, entry.status === 'running' ? this.#self : undefined)
      if (log !== undefined) putLog(database, number, log, isWell(entry))
    })
  }

  /** Finds runs whose process is gone without reporting an end, and marks them as killed; returns how many. */
  settleKilled(): number {
    this.#lookedMs = performance.now()
    const open = this.#file.use((database) =>
      database.prepare(`${SELECT_RUNS} WHERE owner IS NOT NULL`).all(),
    ) as RunRow[]
    const dead = open.filter((row) => this.#isGone(row))
    if (dead.length === 0) return 0
    this.#write((database) => {
      for (const row of dead) {
        putRow(database, killedEntry(entryOf(row)), undefined)
        noteBad(database, row.number)
      }
    })
    return dead.length
  }

  /** Removes old entries, except the last successful one of each subject; the sums stay. Returns how many. */
  prune(keep: PruneLimits, nowMs = Date.now()): number {
    return this.#write((database) => {
      const removed = prune(database, keep, nowMs)
      if (removed > 0) pruneLogs(database)
      return removed
    })
  }

  /** Gives the space of removed entries back, a few pages at a time: other processes write meanwhile. */
  async compact(): Promise<CompactionResult> {
    this.#settle()
    return releaseFreePages((work) => this.#file.use(work))
  }

  list(choice: HistoryChoice = {}): HistoryEntry[] {
    const queries = splitChoice(choice).map(queryOf)
    return this.#read((database) => {
      const lists = queries.map(({ sql, values }) => {
        return database.prepare(`${SELECT_RUNS} ${sql}`).all(...values) as RunRow[]
      })
      if (lists.length === 1) return lists[0]!
      const all = lists.flat().sort((a, b) => b.started_at - a.started_at || b.number - a.number)
      return all.slice(0, choice.limit)
    })
  }

  /** @throws ElysiaError ELYSIA_USAGE if several ids begin with this */
  find(id: string): HistoryEntry[] {
    const exact = this.#triesOf(id)
    if (exact.length > 0 || id === '') return exact
    const ids = this.idsBeginning(id, 3)
    if (ids.length < 2) return ids.length === 0 ? [] : this.#triesOf(ids[0]!)
    throw new ElysiaError('ELYSIA_USAGE', `several runs begin with ${id}`, {
      hint: `write more of it: ${ids.join(', ')}${ids.length > 2 ? ', …' : ''}`,
    })
  }

  logs(id: string): AttemptLog[] {
    return this.#reading((database) => logsOf(database, id))
  }

  /** Ids with this prefix, newest first. */
  idsBeginning(prefix: string, limit: number): string[] {
    const rows = this.#file.use((database) =>
      database
        .prepare('SELECT DISTINCT id FROM runs WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT ?')
        .all(prefix, `${prefix}\u{10ffff}`, limit),
    ) as { id: string }[]
    return rows.map(({ id }) => id)
  }

  lastSuccesses(): HistoryEntry[] {
    return this.#read((database) => database.prepare(LAST_SUCCESSES).all())
  }

  successes(): SubjectSuccess[] {
    this.#look()
    return this.#reading(successesIn)
  }

  figures(): SubjectFigures[] {
    this.#look()
    const gone = (owner: string, heardMs: number) => isGone(ownerIn(owner), heardMs, Date.now(), this.#self)
    return this.#reading((database) => figuresIn(database, gone))
  }

  traffic(since?: string): TrafficTotal[] {
    this.#look()
    return this.#reading((database) => trafficIn(database, since === undefined ? 0 : Date.parse(since)))
  }

  subjects(since: string, most: number): SubjectRuns[] {
    this.#look()
    return this.#reading((database) => subjectsIn(database, Date.parse(since), most))
  }

  version(): number {
    const others = this.#file.use((database) => database.pragma('data_version')) as number
    const { opened } = this.#file
    // A new file may count the writes of others as the old one did, or start again.
    if (others !== this.#seen.others || opened !== this.#seen.opened) this.#changes += 1
    this.#seen = { others, opened }
    return this.#changes + this.#writes
  }

  /** Limits the pages of the file for this connection: then it counts as full. */
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
    return this.#read((database) => database.prepare(`${SELECT_RUNS} WHERE id = ? ORDER BY attempt`).all(id))
  }

  #read(select: (database: HistoryConnection) => unknown[]): HistoryEntry[] {
    this.#look()
    return this.#reading((database) =>
      (select(database) as RunRow[]).map((row) => {
        return this.#isGone(row) ? killedEntry(entryOf(row)) : entryOf(row)
      }),
    )
  }

  /**
   * Looks for runs whose process is gone, from time to time. If their end cannot be written, as in another user's file,
   * every answer contains it nevertheless.
   */
  #look(): void {
    if (performance.now() - this.#lookedMs >= LOOK_EVERY_MS) this.#settle()
  }

  #settle(): void {
    try {
      this.settleKilled()
    } catch (error) {
      if (!(error instanceof ElysiaError)) throw error
    }
  }

  #reading<T>(work: (database: HistoryConnection) => T): T {
    return this.#file.use((database) => database.reading(() => work(database)))
  }

  #write<T>(work: (database: HistoryConnection) => T): T {
    this.#writes += 1
    return this.#file.use((database) => database.transaction(() => work(database)))
  }
}

/** Opens `history.db` in the state directory; creates it if it is missing. */
export function openHistory(path: string, options: HistoryFileOptions = {}): History {
  return new History(path, options)
}

/** True for runs that are running or did not end badly. */
function isWell({ status }: HistoryEntry): boolean {
  return status !== 'failed' && status !== 'killed'
}
