import { temporaryDatabase } from '../../../database/connection.ts'

/** What a replace will delete, known before anything is written. */
export interface Deletions {
  readonly collection: string
  readonly target: string
  /** Objects in the collection. */
  readonly objects: number
  /** Distinct ids in the source. */
  readonly source: number
  /** Objects of the collection that the source lacks. */
  readonly deletes: number
  /** Some of them. @see placeOf */
  readonly ids: readonly string[]
}

/**
 * The ids that a collection has and its source lacks, for the duration of a replace: in an unnamed file, with a cache
 * of some megabytes in memory.
 */
export class ExtraneousIds {
  readonly #database = temporaryDatabase()
  readonly #insert
  #source = 0
  #objects = 0

  constructor() {
    this.#database.exec(
      `CREATE TABLE source (tenant TEXT, id BLOB, PRIMARY KEY (tenant, id)) WITHOUT ROWID;
       CREATE TABLE extraneous (tenant TEXT, id TEXT, PRIMARY KEY (tenant, id)) WITHOUT ROWID;`,
    )
    this.#insert = this.#database.prepare("INSERT OR IGNORE INTO source VALUES (?, unhex(?, '-'))")
  }

  get source(): number {
    return this.#source
  }

  get objects(): number {
    return this.#objects
  }

  addSource(page: readonly ExtraneousId[]): void {
    this.#database.transaction(() => {
      for (const { id, tenant = '' } of page) this.#source += this.#insert.run(tenant, id).changes
    })()
  }

  /** Adds objects of the collection: keeps those that the source lacks. */
  addTarget(page: readonly ExtraneousId[]): void {
    this.#objects += page.length
    const ids = JSON.stringify(page.map(({ id, tenant = '' }) => [tenant, id]))
    this.#database
      .prepare(
        `INSERT OR IGNORE INTO extraneous SELECT value ->> 0, value ->> 1 FROM json_each(?) AS asked
         WHERE NOT EXISTS (SELECT 1 FROM source WHERE tenant = value ->> 0 AND id = unhex(value ->> 1, '-'))`,
      )
      .run(ids)
  }

  get count(): number {
    return (this.#database.prepare('SELECT count(*) AS n FROM extraneous').get() as { n: number }).n
  }

  /** The next ids in order, after the last one given; all of one tenant. */
  after(last: ExtraneousId | undefined, count: number): ExtraneousId[] {
    const { tenant = '', id = '' } = last ?? {}
    const rows = this.#database
      .prepare('SELECT tenant, id FROM extraneous WHERE (tenant, id) > (?, ?) ORDER BY tenant, id LIMIT ?')
      .all(tenant, id, count) as { tenant: string; id: string }[]
    return rows
      .filter((row) => row.tenant === rows[0]!.tenant)
      .map((row) => (row.tenant === '' ? { id: row.id } : row))
  }

  /** The first ids, of any tenant. */
  first(count: number): ExtraneousId[] {
    const rows = this.#database
      .prepare('SELECT tenant, id FROM extraneous ORDER BY tenant, id LIMIT ?')
      .all(count) as { tenant: string; id: string }[]
    return rows.map((row) => (row.tenant === '' ? { id: row.id } : row))
  }

  close(): void {
    this.#database.close()
  }
}

/** An object that the target has and the source lacks. */
export interface ExtraneousId {
  readonly id: string
  readonly tenant?: string
}

/** The name of an object in messages: `TENANT/ID`, or its id. */
export function placeOf({ id, tenant }: ExtraneousId): string {
  return tenant === undefined ? id : `${tenant}/${id}`
}
