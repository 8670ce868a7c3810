import { Transform, type TransformCallback } from 'node:stream'
import type { StoredObject } from '../../core/object.ts'
import { temporaryDatabase } from '../../database/connection.ts'
import { type Refused, repeatedId } from './tally.ts'

export const REPEATED = 'its id stands twice: the object that came first was taken'

/**
 * Pages → pages in which each id, of each tenant, stands once in the whole of a source that is in no order; what
 * comes again goes to `onRepeated`. Memory: a page, and a cache of some megabytes: the ids are in a file without a
 * name that is gone with the stage.
 */
export function distinctIds(onRepeated: (repeated: readonly Refused[]) => void): Transform {
  return new DistinctIds(onRepeated)
}

class DistinctIds extends Transform {
  readonly #onRepeated: (repeated: readonly Refused[]) => void
  readonly #seen = temporaryDatabase()
  readonly #add

  constructor(onRepeated: (repeated: readonly Refused[]) => void) {
    super({ objectMode: true, highWaterMark: 1 })
    this.#onRepeated = onRepeated
    this.#seen.exec('CREATE TABLE seen (tenant TEXT, id BLOB, PRIMARY KEY (tenant, id)) WITHOUT ROWID')
    const insert = this.#seen.prepare("INSERT OR IGNORE INTO seen VALUES (?, unhex(?, '-'))")
    this.#add = this.#seen.transaction((page: readonly StoredObject[]) =>
      page.map(({ id, tenant = '' }) => insert.run(tenant, id).changes === 1),
    )
  }

  override _transform(page: readonly StoredObject[], _: BufferEncoding, done: TransformCallback): void {
    try {
      const isNew = this.#add(page)
      const repeated = page.filter((_object, at) => !isNew[at])
      if (repeated.length > 0) this.#onRepeated(repeated.map((object) => repeatedId(object, REPEATED)))
      done(null, repeated.length === 0 ? page : page.filter((_object, at) => isNew[at]))
    } catch (error) {
      done(error as Error)
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#seen.close()
    done(error)
  }
}
