import { ObjectsDigest } from '../../archive/object/digest.ts'
import type { StoredObject } from '../../core/object.ts'
import { temporaryDatabase } from '../../database/connection.ts'

const TABLE = `
  CREATE TABLE archived (
    range INTEGER, id TEXT, sha256 TEXT, may_be_gone INTEGER, there INTEGER DEFAULT 0, PRIMARY KEY (range, id)
  ) WITHOUT ROWID
`

/**
 * What an archive has of a class whose objects expire, against what a store has of it, object by object and in any
 * order. Memory: a cache of some megabytes; ids and digests are in a file without a name that is gone with `close`.
 */
export class ExpiringObjects {
  readonly #database = temporaryDatabase()
  readonly #add
  readonly #find
  readonly #see
  readonly #count

  constructor() {
    this.#database.exec(TABLE)
    const prepare = (sql: string) => this.#database.prepare(sql)
    this.#add = prepare(
      'INSERT OR REPLACE INTO archived (range, id, sha256, may_be_gone) VALUES (?, ?, ?, ?)',
    )
    this.#find = prepare('SELECT sha256 FROM archived WHERE range = ? AND id = ?')
    this.#see = prepare('UPDATE archived SET there = 1 WHERE range = ? AND id = ?')
    this.#count = prepare(
      'SELECT count(*) AS objects FROM archived WHERE range = ? AND there = 0 AND may_be_gone = ?',
    )
  }

  addArchived(range: number, object: StoredObject, mayBeGone: boolean): void {
    this.#add.run(range, object.id, digestOf(object), mayBeGone ? 1 : 0)
  }

  /** False for an object of the store that the archive does not have, or has otherwise. */
  isArchived(range: number, object: StoredObject): boolean {
    const found = this.#find.get(range, object.id) as { sha256: string } | undefined
    if (found === undefined) return false
    this.#see.run(range, object.id)
    return found.sha256 === digestOf(object)
  }

  /** Objects of the archive that the store was not found to have. */
  notThere(range: number): { readonly expired: number; readonly missing: number } {
    const count = (mayBeGone: number) =>
      (this.#count.get(range, mayBeGone) as { readonly objects: number }).objects
    return { expired: count(1), missing: count(0) }
  }

  close(): void {
    this.#database.close()
  }
}

function digestOf(object: StoredObject): string {
  const digest = new ObjectsDigest()
  digest.add(object)
  return digest.hex()
}
