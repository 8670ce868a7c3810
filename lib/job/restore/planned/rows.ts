import { temporaryDatabase } from '../../../database/connection.ts'
import type { PlanEntry, PlannedAction } from './format.ts'

const ROWS_AT_ONCE = 500

type Row = [tenant: string, id: string, change: PlannedAction, was: string | null, becomes: string | null]

/** The entries of a plan on disk. */
export class PlanRows {
  readonly #database = temporaryDatabase()
  readonly #counts = { create: 0, overwrite: 0, merge: 0, delete: 0 }
  readonly #insert
  readonly #find

  constructor() {
    this.#database.exec(
      `CREATE TABLE planned (tenant TEXT, id TEXT, change TEXT, was TEXT, becomes TEXT, PRIMARY KEY (tenant, id))
       WITHOUT ROWID; BEGIN`,
    )
    this.#insert = this.#database.prepare('INSERT OR IGNORE INTO planned VALUES (?, ?, ?, ?, ?)')
    this.#find = this.#database
      .prepare('SELECT tenant, id, change, was, becomes FROM planned WHERE tenant = ? AND id = ?')
      .raw()
  }

  /** False for an id that was added before. */
  add({ id, tenant = '', do: change, was = undefined, becomes = undefined }: PlanEntry): boolean {
    this.#counts[change] += 1
    return this.#insert.run(tenant, id, change, was ?? null, becomes ?? null).changes === 1
  }

  flush(): void {
    this.#database.exec('COMMIT')
  }

  counts(): Readonly<Record<PlannedAction, number>> {
    return this.#counts
  }

  find(id: string, tenant = ''): PlanEntry | undefined {
    const row = this.#find.get(tenant, id) as Row | undefined
    return row && entryOf(row)
  }

  *batches(change?: PlannedAction): Generator<PlanEntry[]> {
    const only = change === undefined ? '' : ` AND change = '${change}'`
    const some = this.#database
      .prepare(
        `SELECT tenant, id, change, was, becomes FROM planned WHERE (tenant, id) > (?, ?)${only}
         ORDER BY tenant, id LIMIT ${ROWS_AT_ONCE}`,
      )
      .raw()
    let last: readonly [string, string] = ['', '']
    for (;;) {
      const rows = some.all(...last) as Row[]
      const [first] = rows
      if (first === undefined) return
      const group = rows.filter(([tenant]) => tenant === first[0])
      last = [first[0], group.at(-1)![1]]
      yield group.map(entryOf)
    }
  }

  close(): void {
    this.#database.close()
  }
}

function entryOf([tenant, id, change, was, becomes]: Row): PlanEntry {
  return {
    id,
    ...(tenant !== '' && { tenant }),
    do: change,
    ...(was !== null && { was }),
    ...(becomes !== null && { becomes }),
  }
}
