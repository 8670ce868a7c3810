import { createHash } from 'node:crypto'
import { exactJson } from '../../core/exactJson.ts'
import type { Json } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { SqliteDatabase } from '../../database/connection.ts'
import { writingState } from '../../run/journal/statements.ts'
import type { Tenant } from '../../store/store.ts'
import type { CountsByCode } from './reasons.ts'

/** The outcome of one part. */
export interface PartFacts {
  /** Objects that were read, and those that transforms added. */
  readonly objects: number
  /** Objects that transforms added; absent if there are none. */
  readonly added?: number
  readonly written: number
  /** Objects of an existing class that were already right. */
  readonly unchanged?: number
  readonly unchangedVectors?: number
  /** By reason; in an existing class. */
  readonly skipped?: CountsByCode
  /** Objects that were not selected; absent if all were. */
  readonly filtered?: number
  /** By code. */
  readonly rejected: CountsByCode
  /** Values for which the class has no property, by property name; absent if there were none. */
  readonly discarded?: CountsByCode
  readonly vectors: number
  /** References of the part's objects. */
  readonly references: number
  /**
   * Digest of the objects that were written or already right, as the store must return them; absent if they are not
   * read back. @see ObjectsDigest
   */
  readonly digest?: string
  /** For a class with a time to live: the objects among them that never expire. */
  readonly lasting?: { readonly objects: number; readonly digest: string }
  /** For a class with a vectorizer: vectors that it will make, and the digest of the objects without them. */
  readonly brought?: { readonly unmade: number; readonly digest: string }
  /** Vectors that objects lack and nobody makes; absent if there are none. */
  readonly absent?: number
  /** False while its references are still to be linked. */
  readonly linked: boolean
  readonly referencesRejected: number
}

/** For an existing class: the states that its tenants will have afterwards. */
export interface ExistingFacts {
  readonly tenants?: readonly Tenant[]
}

/** For an alias: what it meant before it was switched. */
export interface SwitchFacts {
  readonly before?: string
}

interface MadeFacts {
  readonly switch?: SwitchFacts
  readonly shape?: string
  readonly existing?: ExistingFacts
}

const TABLE = `
  CREATE TABLE IF NOT EXISTS restored_parts (
    run TEXT NOT NULL, part TEXT NOT NULL, facts TEXT NOT NULL, PRIMARY KEY (run, part)
  ) STRICT, WITHOUT ROWID;
`

/** The row that says the class was made; no part has this name. */
const MADE = ''

/**
 * The finished parts of one restore, kept beside its run in the journal: they need not be written again. For an
 * embedded store it lies in the data file itself.
 * @throws ElysiaError ELYSIA_STATE if it cannot be written
 */
export class RestoreLog {
  readonly #database: SqliteDatabase
  readonly #run: string

  constructor(database: SqliteDatabase, run: string) {
    this.#database = database
    this.#run = run
  }

  /** True once this restore made the class: the class of that name is ours. */
  get made(): boolean {
    const made = this.#made()
    return made !== undefined && made.existing === undefined
  }

  /** The state of an existing class before this restore changed it; undefined if it changed none. */
  get existing(): ExistingFacts | undefined {
    return this.#made()?.existing
  }

  noteExisting(existing: ExistingFacts): void {
    this.#insert(MADE, { existing })
  }

  /** The class as it was when complete; undefined before. @see shapeOf */
  get shape(): string | undefined {
    return this.#made()?.shape
  }

  noteMade(shape?: string): void {
    this.#insert(MADE, { ...this.#made(), ...(shape !== undefined && { shape }) })
  }

  /** What the alias of this restore meant before the switch was begun; undefined before. */
  get switch(): SwitchFacts | undefined {
    return this.#made()?.switch
  }

  noteSwitch(before: string | undefined): void {
    this.#insert(MADE, { ...this.#made(), switch: before === undefined ? {} : { before } })
  }

  parts(): Map<string, PartFacts> {
    const rows = this.#rows(`part != '${MADE}'`)
    return new Map(rows.map(({ part, facts }) => [part, partFacts(facts)]))
  }

  note(part: string, facts: PartFacts): void {
    this.#insert(part, facts)
  }

  /** Forgets the finished parts, whose objects are being removed: a continued restore must write all of them again. */
  forgetParts(): void {
    if (!this.#isThere()) return
    this.#write('DELETE FROM restored_parts WHERE run = ? AND part != ?', this.#run, MADE)
  }

  /** Removes the progress of this restore: nothing of it exists any more, or nobody needs it. */
  forget(): void {
    if (this.#isThere()) this.#write('DELETE FROM restored_parts WHERE run = ?', this.#run)
  }

  #made(): MadeFacts | undefined {
    const [row] = this.#rows(`part = '${MADE}'`)
    return row && (JSON.parse(row.facts) as MadeFacts)
  }

  #rows(where: string): { readonly part: string; readonly facts: string }[] {
    if (!this.#isThere()) return []
    const sql = `SELECT part, facts FROM restored_parts WHERE run = ? AND ${where}`
    return this.#database.prepare(sql).all(this.#run) as { part: string; facts: string }[]
  }

  #isThere(): boolean {
    return isTableThere(this.#database)
  }

  #insert(part: string, facts: object): void {
    this.#write(TABLE)
    const sql = 'INSERT OR REPLACE INTO restored_parts VALUES (?, ?, ?)'
    this.#write(sql, this.#run, part, JSON.stringify(facts))
  }

  #write(sql: string, ...values: readonly string[]): void {
    writingState(this.#database.name, () => this.#database.prepare(sql).run(...values))
  }
}

/** Forgets the parts of runs that the journal no longer has. */
export function forgetPruned(database: SqliteDatabase): void {
  if (!isTableThere(database)) return
  const sql = 'DELETE FROM restored_parts WHERE run NOT IN (SELECT run FROM runs)'
  writingState(database.name, () => database.prepare(sql).run())
}

/** True if the table exists. The first restore makes it; dry runs and readers do not. */
function isTableThere(database: SqliteDatabase): boolean {
  const sql = "SELECT 1 FROM sqlite_schema WHERE name = 'restored_parts'"
  return database.prepare(sql).get() !== undefined
}

/** Rows of older versions have one number of rejects, without codes. */
function partFacts(text: string): PartFacts {
  const facts = JSON.parse(text) as PartFacts & { readonly rejected: CountsByCode | number }
  const { rejected } = facts
  if (typeof rejected !== 'number') return facts
  return { ...facts, rejected: rejected === 0 ? {} : { unknown: rejected } }
}

/** Equal for classes that a store returns as the same. */
export function shapeOf(schema: CollectionSchema): string {
  return createHash('sha256')
    .update(exactJson(schema as unknown as Json))
    .digest('hex')
}
