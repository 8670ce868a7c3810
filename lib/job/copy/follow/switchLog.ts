import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Trace } from '../../../archive/undo/undo.ts'
import { openDatabase, type SqliteDatabase, temporaryDatabase } from '../../../database/connection.ts'
import type { State } from '../../../run/state.ts'
import { makeRunDirectory, runDirectory } from '../../restore/runDirectory.ts'

/** An object of the target. */
export interface ObjectKey {
  readonly id: string
  readonly tenant?: string
}

/** What a copy carried over of an object. */
export interface CarriedObject {
  /** What it sent or was about to send, each state once, the newest last: which of them arrived is not known. */
  readonly wrotes: readonly Trace[]
  /** The target has had the object from this copy. */
  readonly acknowledged: boolean
  /** The target has taken the references of the newest state, too. */
  readonly linked: boolean
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS brought (tenant TEXT, id BLOB, PRIMARY KEY (tenant, id)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS carried (
    tenant TEXT, id BLOB, wrotes TEXT NOT NULL, acknowledged INTEGER NOT NULL, linked INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS newer (tenant TEXT, id BLOB, PRIMARY KEY (tenant, id)) STRICT, WITHOUT ROWID;
`
/** So many ids are written at once. */
const AT_ONCE = 1000
/** So many states of an object are kept: each was sent when none that came after it had arrived. */
const MOST_STATES = 16

/**
 * What a copy brought to its target before the alias was switched, and what it carried over since. On disk, beside the
 * state of the run, so that it survives a killed process: otherwise nobody could tell an object that was removed through
 * the alias from one that was never there. Memory: a thousand ids, and some megabytes of cache.
 */
export class SwitchLog {
  readonly #database: SqliteDatabase
  readonly #statements
  #waiting: ObjectKey[] = []

  private constructor(database: SqliteDatabase) {
    database.exec(TABLES)
    this.#database = database
    const at = "tenant = ? AND id = unhex(?, '-')"
    this.#statements = {
      bring: database.prepare("INSERT OR IGNORE INTO brought VALUES (?, unhex(?, '-'))"),
      isFromSource: database.prepare(`SELECT 1 FROM brought WHERE ${at}`),
      forget: database.prepare(`DELETE FROM brought WHERE ${at}`),
      carry: database.prepare(
        `INSERT INTO carried VALUES (?, unhex(?, '-'), ?, 0, 0)
          ON CONFLICT DO UPDATE SET wrotes = excluded.wrotes, linked = 0`,
      ),
      acknowledge: database.prepare(`UPDATE carried SET acknowledged = 1 WHERE ${at}`),
      link: database.prepare(`UPDATE carried SET linked = 1 WHERE ${at}`),
      carried: database.prepare(`SELECT wrotes, acknowledged, linked FROM carried WHERE ${at}`),
      drop: database.prepare(`DELETE FROM carried WHERE ${at}`),
      stay: database.prepare("INSERT OR IGNORE INTO newer VALUES (?, unhex(?, '-'))"),
    }
  }

  /** The log of a run, as an earlier process left it; one that ends with this process without a state. */
  static open(state: State | undefined, run: string, target: string): SwitchLog {
    if (state === undefined) return new SwitchLog(temporaryDatabase())
    makeRunDirectory(state, run, target)
    return new SwitchLog(openDatabase(join(runDirectory(state, run), 'switch.db'), { worded: true }))
  }

  /** Forgets everything: the alias is not switched yet, and the last pass is made again. */
  clear(): void {
    this.#waiting = []
    this.#database.exec('DELETE FROM brought; DELETE FROM carried; DELETE FROM newer')
  }

  /** Notes that the target has this object; durable once `flush` was called. */
  bring({ id, tenant }: ObjectKey): void {
    this.#waiting.push({ id, ...(tenant !== undefined && { tenant }) })
    if (this.#waiting.length >= AT_ONCE) this.flush()
  }

  flush(): void {
    if (this.#waiting.length === 0) return
    this.#database.transaction(() => {
      for (const { id, tenant = '' } of this.#waiting) this.#statements.bring.run(tenant, id)
    })()
    this.#waiting = []
  }

  /** Puts everything that was told so far on the disk, where it survives a power failure as well. */
  makeDurable(): void {
    this.flush()
    this.#database.pragma('wal_checkpoint(FULL)')
  }

  isFromSource({ id, tenant = '' }: ObjectKey): boolean {
    this.flush()
    return this.#statements.isFromSource.get(tenant, id) !== undefined
  }

  /**
   * The object is about to be written over what the alias means. `isThere` tells whether a state is the one that the
   * target has now: that one is never forgotten, since it would be taken for a write of others.
   */
  carry(one: ObjectKey, wrote: Trace, isThere: (wrote: Trace) => boolean = () => false): void {
    const { id, tenant = '' } = one
    const others = (this.carried(one)?.wrotes ?? []).filter((known) => !isDeepStrictEqual(known, wrote))
    if (others.length >= MOST_STATES) {
      const oldest = others.findIndex((known) => !isThere(known))
      others.splice(Math.max(0, oldest), 1)
    }
    this.#statements.carry.run(tenant, id, JSON.stringify([...others, wrote]))
  }

  /** The object stays as it came through the alias; false if an earlier pass said so already. */
  stay({ id, tenant = '' }: ObjectKey): boolean {
    return this.#statements.stay.run(tenant, id).changes > 0
  }

  /** Notes that the target has taken these objects. */
  acknowledge(objects: readonly ObjectKey[]): void {
    this.#database.transaction(() => {
      for (const { id, tenant = '' } of objects) this.#statements.acknowledge.run(tenant, id)
    })()
  }

  /** The target has taken all references of these objects. */
  link(objects: readonly ObjectKey[]): void {
    this.#database.transaction(() => {
      for (const { id, tenant = '' } of objects) this.#statements.link.run(tenant, id)
    })()
  }

  /** What was carried over of an object; undefined if nothing was. */
  carried({ id, tenant = '' }: ObjectKey): CarriedObject | undefined {
    const row = this.#statements.carried.get(tenant, id) as
      | { readonly wrotes: string; readonly acknowledged: number; readonly linked: number }
      | undefined
    return (
      row && {
        wrotes: JSON.parse(row.wrotes) as Trace[],
        acknowledged: row.acknowledged === 1,
        linked: row.linked === 1,
      }
    )
  }

  /** Notes that the copy itself has removed these objects. */
  removed(objects: readonly ObjectKey[]): void {
    this.flush()
    this.#database.transaction(() => {
      for (const { id, tenant = '' } of objects) {
        this.#statements.forget.run(tenant, id)
        this.#statements.drop.run(tenant, id)
      }
    })()
  }

  /** What was told so far stays for the process that continues. */
  close(): void {
    this.flush()
    this.#database.close()
  }

  /** The run is done: nobody needs its log any more. What cannot be removed stays for the next restore. */
  static forget(state: State | undefined, run: string): void {
    if (state === undefined) return
    try {
      rmSync(runDirectory(state, run), { recursive: true, force: true })
    } catch {}
  }
}
