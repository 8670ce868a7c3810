import { rangeOf } from '../../archive/idRange.ts'
import type { ObjectRange } from '../../archive/object/source.ts'
import type { Retrying } from '../../async/retry.ts'
import type { SqliteDatabase } from '../../database/connection.ts'
import { idRanges } from '../../store/idRanges.ts'
import type { Collection, Tenant } from '../../store/store.ts'

const TABLE = `
  CREATE TABLE IF NOT EXISTS copied_ranges (
    source TEXT NOT NULL, target TEXT NOT NULL, class TEXT NOT NULL, ranges TEXT NOT NULL,
    PRIMARY KEY (source, target, class)
  ) STRICT, WITHOUT ROWID;
`

/** A collection to be divided into ranges. */
export interface RangeDivision {
  readonly collection: Collection
  /** Objects by tenant, as far as known. */
  readonly about: ReadonlyMap<string | undefined, number>
  readonly tenants: readonly Tenant[] | undefined
  readonly workers: number
  readonly retry: Retrying
  readonly signal: AbortSignal
}

/** The source and target of a copy. */
export interface CopyPlace {
  readonly target: string
  readonly class: string
}

/**
 * How copied collections are divided into ranges. Ids come and go while a copy is interrupted: it continues with its
 * original ranges, which are kept until it is done. Together the ranges cover every possible id.
 */
export class CopyRanges {
  readonly #database: SqliteDatabase | undefined
  readonly #place: CopyPlace
  readonly #fresh: boolean

  /** Without a database each copy starts over. `fresh` ignores saved ranges. */
  constructor(database: SqliteDatabase | undefined, place: CopyPlace, fresh: boolean) {
    this.#database = database
    this.#place = place
    this.#fresh = fresh
  }

  /** The ranges of a source: the saved ones, with new ones for tenants that were added since. */
  async of(source: string, cutting: RangeDivision): Promise<readonly ObjectRange[]> {
    const kept = Map.groupBy(this.#fresh ? [] : this.#kept(source), ({ tenant }) => tenant)
    const ranges: ObjectRange[] = []
    for (const tenant of cutting.tenants?.map(({ name }) => name) ?? [undefined])
      ranges.push(...(kept.get(tenant) ?? (await cut(cutting, tenant))))
    return ranges
  }

  /** Saves the ranges of a copy that begins. */
  keep(source: string, ranges: readonly ObjectRange[]): void {
    this.#database?.exec(TABLE)
    const { target, class: name } = this.#place
    this.#database
      ?.prepare('INSERT OR REPLACE INTO copied_ranges VALUES (?, ?, ?, ?)')
      .run(source, target, name, JSON.stringify(ranges))
  }

  /** Forgets the ranges: the copy is done. */
  forget(source: string): void {
    if (!this.#isThere()) return
    const { target, class: name } = this.#place
    this.#database
      ?.prepare('DELETE FROM copied_ranges WHERE source = ? AND target = ? AND class = ?')
      .run(source, target, name)
  }

  #kept(source: string): readonly ObjectRange[] {
    if (!this.#isThere()) return []
    const { target, class: name } = this.#place
    const row = this.#database
      ?.prepare('SELECT ranges FROM copied_ranges WHERE source = ? AND target = ? AND class = ?')
      .get(source, target, name) as { readonly ranges: string } | undefined
    return row === undefined ? [] : (JSON.parse(row.ranges) as ObjectRange[])
  }

  #isThere(): boolean {
    const sql = "SELECT 1 FROM sqlite_schema WHERE name = 'copied_ranges'"
    return this.#database?.prepare(sql).get() !== undefined
  }
}

/**
 * Divides a collection, or one tenant of it, into ranges. A sleeping tenant is one range: it is not read before it is
 * woken.
 */
async function cut(
  { collection, about, workers, retry, signal }: RangeDivision,
  tenant: string | undefined,
): Promise<ObjectRange[]> {
  const objects = about.get(tenant)
  const of = tenant === undefined ? {} : { tenant }
  if (objects === undefined) return [of]
  const found = await retry(() => idRanges(collection, objects, workers, { signal, ...of }))
  return found.map((range) => ({ ...rangeOf(range), ...of }))
}
