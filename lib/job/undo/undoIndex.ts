import { undoBlocks } from '../../archive/undo/reader.ts'
import type { Trace, UndoEntry, UndoHeader } from '../../archive/undo/undo.ts'
import type { StoredObject } from '../../core/object.ts'
import { temporaryDatabase } from '../../database/connection.ts'
import type { Traces } from './traces.ts'

/** What a run did to one object in all its attempts. */
export interface TouchedObject {
  /** The number of the entry with the object's earlier state. */
  readonly entry: number
  /** Its earlier trace; absent if it did not exist. */
  readonly before?: Trace
  /** What the run made of it; absent if the run removed it. */
  readonly wrote?: Trace
}

interface Row {
  readonly entry: number
  readonly before: string | null
  readonly wrote: string | null
}

const KEY = 'tenant = ? AND id = ?'

/**
 * What a run did to each object, by id. A run that was interrupted and continued saved some objects twice: the first
 * entry counts, unless someone else changed the object in between. Memory: a batch, and a cache of some megabytes; the
 * rest is in an unnamed file.
 */
export class UndoIndex {
  readonly #traces: Traces
  readonly #database = temporaryDatabase()
  readonly #find
  readonly #put
  #entries = 0

  private constructor(traces: Traces) {
    this.#traces = traces
    this.#database.exec(
      'CREATE TABLE touched (tenant TEXT, id TEXT, entry INTEGER, before TEXT, wrote TEXT, PRIMARY KEY (tenant, id)) WITHOUT ROWID',
    )
    this.#find = this.#database.prepare(`SELECT entry, before, wrote FROM touched WHERE ${KEY}`)
    this.#put = this.#database.prepare('INSERT OR REPLACE INTO touched VALUES (?, ?, ?, ?, ?)')
  }

  /** Reads the undo of a run. @throws ElysiaError ELYSIA_DAMAGED */
  static async read(directory: string, header: UndoHeader, traces: Traces): Promise<UndoIndex> {
    const index = new UndoIndex(traces)
    try {
      for await (const { entries } of undoBlocks(directory, header)) index.#add(entries)
      return index
    } catch (error) {
      index.close()
      throw error
    }
  }

  find({ id, tenant = '' }: Pick<StoredObject, 'id' | 'tenant'>): TouchedObject | undefined {
    const row = this.#find.get(tenant, id) as Row | undefined
    return (
      row && {
        entry: row.entry,
        ...(row.before !== null && { before: JSON.parse(row.before) as Trace }),
        ...(row.wrote !== null && { wrote: JSON.parse(row.wrote) as Trace }),
      }
    )
  }

  /** How many objects the run touched. */
  get objects(): number {
    return (this.#database.prepare('SELECT count(*) AS n FROM touched').get() as { n: number }).n
  }

  /** The first of their ids, each once, in order. */
  ids(most: number): string[] {
    const select = this.#database.prepare('SELECT DISTINCT id FROM touched ORDER BY id LIMIT ?').pluck()
    return select.all(most) as string[]
  }

  /** The tenants of those objects. */
  tenants(): string[] {
    const rows = this.#database.prepare('SELECT DISTINCT tenant FROM touched').all() as { tenant: string }[]
    return rows.flatMap(({ tenant }) => (tenant === '' ? [] : [tenant]))
  }

  close(): void {
    this.#database.close()
  }

  #add(entries: readonly UndoEntry[]): void {
    this.#database.transaction(() => {
      for (const entry of entries) this.#addOne(entry, this.#entries++)
    })()
  }

  #addOne({ id, tenant = '', before, wrote }: UndoEntry, number: number): void {
    const existing = this.find({ id, tenant })
    const wroteText = wrote === undefined ? null : JSON.stringify(wrote)
    if (existing !== undefined && this.#isOurs(before, existing)) {
      const beforeText = existing.before === undefined ? null : JSON.stringify(existing.before)
      this.#put.run(tenant, id, existing.entry, beforeText, wroteText)
      return
    }
    const beforeText = before === undefined ? null : JSON.stringify(this.#traces.of(before))
    this.#put.run(tenant, id, number, beforeText, wroteText)
  }

  /** Whether a later state is what the run itself left, or had found there first. */
  #isOurs(found: StoredObject | undefined, { before, wrote }: TouchedObject): boolean {
    if (found === undefined) return before === undefined || wrote === undefined
    return [before, wrote].some(
      (trace) => trace !== undefined && this.#traces.matches(found, trace, { partlyLinked: true }),
    )
  }
}
