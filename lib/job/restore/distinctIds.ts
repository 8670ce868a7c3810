import { Transform, type TransformCallback } from 'node:stream'
import type { StoredObject } from '../../core/object.ts'
import { temporaryDatabase } from '../../database/connection.ts'
import { type RefusedObject, repeatedId } from './part/tally.ts'

const REPEATED = 'its id occurs twice: the object that came first was taken'

/**
 * The ids seen so far, by tenant. Memory: a cache of some megabytes; the ids are in an unnamed file that is gone once
 * it is closed.
 */
export class SeenIds {
  readonly #database = temporaryDatabase()
  readonly #add

  constructor() {
    this.#database.exec('CREATE TABLE seen (tenant TEXT, id BLOB, PRIMARY KEY (tenant, id)) WITHOUT ROWID')
    const insert = this.#database.prepare("INSERT OR IGNORE INTO seen VALUES (?, unhex(?, '-'))")
    this.#add = this.#database.transaction((page: readonly StoredObject[]) =>
      page.map(({ id, tenant = '' }) => insert.run(tenant, id).changes === 1),
    )
  }

  /** Which of these appear for the first time. */
  add(page: readonly StoredObject[]): boolean[] {
    return this.#add(page)
  }

  close(): void {
    this.#database.close()
  }
}

/**
 * Pages → pages in which each id of each tenant appears once in the entire, unsorted source; repeated ones go to
 * `onRepeated`. Memory: a page and its ids.
 */
export function distinctIds(
  onRepeated: (repeated: readonly RefusedObject[]) => void,
  context: DistinctContext = {},
): Transform {
  return new DistinctIds(onRepeated, context)
}

/** What else is known about ids. */
export interface DistinctContext {
  /** The ids of other such stages, too; this one does not close it. */
  readonly shared?: SeenIds | undefined
  /** The lines on which the objects of a page were found. */
  readonly linesOf?: (page: readonly StoredObject[]) => readonly number[] | undefined
}

class DistinctIds extends Transform {
  readonly #onRepeated: (repeated: readonly RefusedObject[]) => void
  readonly #seen: SeenIds
  readonly #own: boolean
  readonly #linesOf: NonNullable<DistinctContext['linesOf']>

  constructor(
    onRepeated: (repeated: readonly RefusedObject[]) => void,
    { shared, linesOf }: DistinctContext,
  ) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#onRepeated = onRepeated
    this.#seen = shared ?? new SeenIds()
    this.#own = shared === undefined
    this.#linesOf = linesOf ?? (() => undefined)
  }

  override _transform(page: readonly StoredObject[], _: BufferEncoding, done: TransformCallback): void {
    try {
      const isNew = this.#seen.add(page)
      if (!isNew.every(Boolean)) this.#report(page, isNew)
      done(null, isNew.every(Boolean) ? page : page.filter((_object, at) => isNew[at]))
    } catch (error) {
      done(error as Error)
    }
  }

  #report(page: readonly StoredObject[], isNew: readonly boolean[]): void {
    const lines = this.#linesOf(page)
    this.#onRepeated(
      page.flatMap((object, at) => (isNew[at] ? [] : [repeatedId(object, REPEATED, lines?.[at])])),
    )
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (this.#own) this.#seen.close()
    done(error)
  }
}
