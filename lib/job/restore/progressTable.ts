import { createHash } from 'node:crypto'
import { exactJson } from '../../core/exactJson.ts'
import type { Json } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import type { SqliteDatabase } from '../../database/connection.ts'
import type { Tenant } from '../../store/store.ts'
import type { CountsByCode } from './reasons.ts'

/** What became of one part. */
export interface PartFacts {
  /** Objects that were read, and those that transforms added. */
  readonly objects: number
  /** How many transforms added; absent where there are none. */
  readonly added?: number
  readonly written: number
  /** Objects of an existing class that were as they should be. */
  readonly unchanged?: number
  readonly unchangedVectors?: number
  /** By reason; of an existing class. */
  readonly skipped?: CountsByCode
  /** Not selected; absent where all were. */
  readonly filtered?: number
  /** By code. */
  readonly rejected: CountsByCode
  /** Values that the class has no property for, by its name; absent where there were none. */
  readonly discarded?: CountsByCode
  readonly vectors: number
  /** References that its objects have. */
  readonly references: number
  /** Of the objects that were written or were as they should be, as the store has to give them back. @see ObjectsDigest */
  readonly digest: string
  /** Of a class with a time to live: those of them that never expire. */
  readonly lasting?: { readonly objects: number; readonly digest: string }
  /** Of a class with a vectorizer: vectors that it is to make, and what the objects are without any that it makes. */
  readonly brought?: { readonly unmade: number; readonly digest: string }
  /** Vectors that objects lack and nobody makes; absent where there are none. */
  readonly absent?: number
  /** False where its references are still to be linked. */
  readonly linked: boolean
  readonly referencesRejected: number
}

/** Of a class that was there already: the states that its tenants are to have afterwards. */
export interface ExistingFacts {
  readonly tenants?: readonly Tenant[]
}

/** Of an alias: what it meant before it was switched. */
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

/** The row that says the class was made; no part is called so. */
const MADE = ''

/**
 * The parts that one restore has brought to their end, kept beside its run in the journal: what is here need not
 * be written again. In an embedded store it lies in the file of the data itself.
 */
export class RestoreLog {
  readonly #database: SqliteDatabase
  readonly #run: string

  constructor(database: SqliteDatabase, run: string) {
    this.#database = database
    this.#run = run
  }

  /** True once the class of this restore was made: what is there under its name is ours. */
  get made(): boolean {
    const made = this.#made()
    return made !== undefined && made.existing === undefined
  }

  /** What there was before this restore changed a class that was there; undefined where it did not. */
  get existing(): ExistingFacts | undefined {
    return this.#made()?.existing
  }

  noteExisting(existing: ExistingFacts): void {
    this.#insert(MADE, { existing })
  }

  /** The class as it was when all of it was made; undefined before. @see shapeOf */
  get shape(): string | undefined {
    return this.#made()?.shape
  }

  noteMade(shape?: string): void {
    this.#insert(MADE, { ...this.#made(), ...(shape !== undefined && { shape }) })
  }

  /** What the alias of this restore meant before it was switched, or was about to be; undefined before. */
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

  /** Its objects are being taken back: a restore that goes on has to write all of them. */
  forgetParts(): void {
    if (!this.#isThere()) return
    this.#database.prepare('DELETE FROM restored_parts WHERE run = ? AND part != ?').run(this.#run, MADE)
  }

  /** Nothing of this restore is there any more, or nobody needs to know. */
  forget(): void {
    if (this.#isThere()) this.#database.prepare('DELETE FROM restored_parts WHERE run = ?').run(this.#run)
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
    this.#database.exec(TABLE)
    this.#database
      .prepare('INSERT OR REPLACE INTO restored_parts VALUES (?, ?, ?)')
      .run(this.#run, part, JSON.stringify(facts))
  }
}

/** Forgets the parts of runs that the journal in the same database has no more. */
export function forgetPruned(database: SqliteDatabase): void {
  if (!isTableThere(database)) return
  database.prepare('DELETE FROM restored_parts WHERE run NOT IN (SELECT run FROM runs)').run()
}

/** The table is made by the first restore: a dry run, and what only looks, make none. */
function isTableThere(database: SqliteDatabase): boolean {
  const sql = "SELECT 1 FROM sqlite_schema WHERE name = 'restored_parts'"
  return database.prepare(sql).get() !== undefined
}

/** Rows of older versions have one number of rejects, whose codes nobody knows. */
function partFacts(text: string): PartFacts {
  const facts = JSON.parse(text) as PartFacts & { readonly rejected: CountsByCode | number }
  const { rejected } = facts
  if (typeof rejected !== 'number') return facts
  return { ...facts, rejected: rejected === 0 ? {} : { unknown: rejected } }
}

/** Equal for classes that a store gives as the same. */
export function shapeOf(schema: CollectionSchema): string {
  return createHash('sha256')
    .update(exactJson(schema as unknown as Json))
    .digest('hex')
}
