import { type SqliteDatabase, type SqliteStatement, temporaryDatabase } from '../../../database/connection.ts'

/** How many ids are held in memory before all go to disk: about 30 MB. */
const IDS_IN_MEMORY = 256 * 1024

/**
 * Numbers ids in order of appearance, from 0. Memory: 2^18 ids; once there are more, all are in a temporary database,
 * deleted on close, and memory holds only the latest.
 */
export class IdNumbers {
  readonly #idsInMemory: number
  #recent = new Map<string, number>()
  #count = 0
  #disk: Disk | undefined

  constructor(idsInMemory = IDS_IN_MEMORY) {
    this.#idsInMemory = idsInMemory
  }

  /** How many ids have a number. */
  get count(): number {
    return this.#count
  }

  of(id: string): number {
    const known = this.#recent.get(id)
    if (known !== undefined) return known
    if (this.#recent.size >= this.#idsInMemory) this.#moveToDisk()
    const number = this.#disk?.find(id) ?? this.#count++
    this.#recent.set(id, number)
    return number
  }

  close(): void {
    this.#recent.clear()
    this.#disk?.close()
    this.#disk = undefined
  }

  #moveToDisk(): void {
    this.#disk ??= new Disk()
    this.#disk.add(this.#recent)
    this.#recent = new Map()
  }
}

class Disk {
  readonly #database: SqliteDatabase
  readonly #find: SqliteStatement
  readonly #add: SqliteStatement

  constructor() {
    this.#database = temporaryDatabase()
    this.#database.exec(
      'CREATE TABLE ids (id BLOB PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID',
    )
    this.#find = this.#database.prepare('SELECT number FROM ids WHERE id = ?').pluck() as SqliteStatement
    this.#add = this.#database.prepare('INSERT OR IGNORE INTO ids VALUES (?, ?)')
  }

  find(id: string): number | undefined {
    return this.#find.get(bytesOf(id)) as number | undefined
  }

  /** Ids that already exist keep their number. */
  add(ids: ReadonlyMap<string, number>): void {
    this.#database.transaction(() => {
      for (const [id, number] of ids) this.#add.run(bytesOf(id), number)
    })()
  }

  close(): void {
    this.#database.close()
  }
}

function bytesOf(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex')
}
