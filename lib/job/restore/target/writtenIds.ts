import { createReadStream, existsSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { ElysiaError } from '../../../core/errors.ts'
import type { StoredObject } from '../../../core/object.ts'
import { temporaryDatabase } from '../../../database/connection.ts'
import { makeDirectory } from '../../../file/directory.ts'
import { ownLines } from '../../../stream/lines/ownLines.ts'
import { spoolFailure } from './spoolFailure.ts'

/** The length of an id and a tenant's name. */
const MAX_LINE_LENGTH = 64 * 1024

const unwritable = spoolFailure('ids', 'send the same again')

/**
 * The ids of all objects that a restore from a pipe wrote, or may have written: each is in a file before its object is
 * sent. If the restore was killed, they tell whether its class holds nothing else.
 */
export class WrittenIds {
  readonly #directory: string
  readonly #path: string
  #handle: FileHandle | undefined

  constructor(directory: string) {
    this.#directory = directory
    this.#path = join(directory, 'written.ids')
  }

  /** True if a restore began such a file and did not finish. */
  get isThere(): boolean {
    return existsSync(this.#path)
  }

  /** Creates the file, or continues it. @throws ElysiaError ELYSIA_STATE */
  async begin(): Promise<void> {
    makeDirectory(this.#directory)
    this.#handle = await open(this.#path, 'a', 0o600).catch(unwritable)
  }

  /** A stage that passes batches on once their ids are in the file. Memory: a batch. */
  noting(): Transform {
    return new Transform({
      objectMode: true,
      highWaterMark: 1,
      transform: (batch: readonly StoredObject[], _, done) => {
        this.#add(batch).then(() => done(null, batch), done)
      },
    })
  }

  async close(): Promise<void> {
    await this.#handle?.close()
    this.#handle = undefined
  }

  /** Whether the file has the ids of all these objects. Memory: a page, and a cache of some megabytes. */
  async hasAll(pages: AsyncIterable<readonly StoredObject[]>): Promise<boolean> {
    const database = temporaryDatabase()
    try {
      database.exec('CREATE TABLE known (id TEXT PRIMARY KEY) WITHOUT ROWID; BEGIN')
      const insert = database.prepare('INSERT OR IGNORE INTO known VALUES (?)')
      const lines = ownLines(createReadStream(this.#path), {
        maxLength: MAX_LINE_LENGTH,
        failure: unreadable,
        whole: true,
      })
      for await (const line of lines) insert.run(line)
      const find = database.prepare('SELECT 1 FROM known WHERE id = ?')
      for await (const page of pages) {
        if (page.some((object) => find.get(lineOf(object)) === undefined)) return false
      }
      return true
    } finally {
      database.close()
    }
  }

  async #add(batch: readonly StoredObject[]): Promise<void> {
    await this.#handle?.appendFile(batch.map((object) => `${lineOf(object)}\n`).join('')).catch(unwritable)
  }
}

function lineOf({ id, tenant }: StoredObject): string {
  return tenant === undefined ? id : `${id} ${JSON.stringify(tenant)}`
}

function unreadable(fact: string, cause: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_STATE', `the file of written ids ${fact}`, {
    cause,
    hint: 'remove the class with `elysiactl col rm NAME`, then send the same again',
  })
}
