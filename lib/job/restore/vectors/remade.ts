import { createReadStream, existsSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { ElysiaError } from '../../../core/errors.ts'
import type { StoredObject } from '../../../core/object.ts'
import { type SqliteDatabase, temporaryDatabase } from '../../../database/connection.ts'
import { makeDirectory } from '../../../file/directory.ts'
import { ownLines } from '../../../stream/lines/ownLines.ts'
import type { Strategy } from '../conflict/strategy.ts'
import type { RestoreOptions } from '../options.ts'
import { spoolFailure } from '../target/spoolFailure.ts'

type ObjectKey = Pick<StoredObject, 'id' | 'tenant'>

/** Ids that are written to the database in one transaction. */
const IDS_AT_ONCE = 1000

const unwritable = spoolFailure('the ids of new vectors')

/**
 * True if a restore removes the objects of an existing class before it writes them, so that their vectors are made
 * again. Later passes of a copy find objects that they made themselves.
 */
export function remakesVectors(
  { revectorize }: Pick<RestoreOptions, 'revectorize'>,
  existing: { readonly strategy: Strategy } | undefined,
  kind: 'restore' | 'copy' = 'restore',
): boolean {
  const strategy = existing?.strategy
  return revectorize && (strategy === 'overwrite' || (strategy === 'replace' && kind !== 'copy'))
}

/**
 * The ids of the objects whose vectors a run had made again, as the store acknowledged them. A run that continues does
 * not have them made, and paid for, once more. Survives a killed process; after a power cut a few may be missing.
 * Memory: a cache of some megabytes.
 */
export class RemadeObjects {
  readonly #directory: string
  readonly #path: string
  #handle: FileHandle | undefined
  #known: SqliteDatabase | undefined
  #find: ReturnType<SqliteDatabase['prepare']> | undefined

  constructor(directory: string) {
    this.#directory = directory
    this.#path = pathIn(directory)
  }

  /** Begins the file, or continues it; `fresh` forgets what is in it. @throws ElysiaError ELYSIA_STATE */
  async begin(fresh: boolean): Promise<void> {
    makeDirectory(this.#directory)
    if (fresh) forgetRemade(this.#directory)
    if (existsSync(this.#path)) this.#known = await this.#read()
    this.#find = this.#known?.prepare('SELECT 1 FROM remade WHERE line = ?')
    this.#handle = await open(this.#path, 'a', 0o600).catch(unwritable)
    // Ends a line that was being written when the process died.
    if (this.#known !== undefined) await this.#handle.appendFile('\n').catch(unwritable)
  }

  /** True for an object that was acknowledged before the run was interrupted. */
  has(object: ObjectKey): boolean {
    return this.#find?.get(lineOf(object)) !== undefined
  }

  async add(objects: readonly ObjectKey[]): Promise<void> {
    if (objects.length === 0) return
    await this.#handle?.appendFile(objects.map((object) => `${lineOf(object)}\n`).join('')).catch(unwritable)
  }

  async close(): Promise<void> {
    this.#known?.close()
    this.#known = undefined
    this.#find = undefined
    await this.#handle?.close()
    this.#handle = undefined
  }

  async #read(): Promise<SqliteDatabase> {
    const database = temporaryDatabase()
    database.exec('CREATE TABLE remade (line TEXT PRIMARY KEY) WITHOUT ROWID')
    const insert = database.prepare('INSERT OR IGNORE INTO remade VALUES (?)')
    const put = database.transaction((lines: readonly string[]) => {
      for (const line of lines) insert.run(line)
    })
    let lines: string[] = []
    for await (const line of ownLines(createReadStream(this.#path), { failure: unreadable })) {
      lines.push(line)
      if (lines.length < IDS_AT_ONCE) continue
      put(lines)
      lines = []
    }
    put(lines)
    return database
  }
}

/** For a run whose objects get their old vectors back: all are to be made again. */
export function forgetRemade(directory: string): void {
  rmSync(pathIn(directory), { force: true })
}

function pathIn(directory: string): string {
  return join(directory, 'remade.ids')
}

function lineOf({ id, tenant }: ObjectKey): string {
  return tenant === undefined ? id : `${id} ${JSON.stringify(tenant)}`
}

function unreadable(fact: string, cause: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_STATE', `the file of new vectors ${fact}`, {
    cause,
    hint: 'restore again from the beginning, with --fresh; all vectors are then made again',
  })
}
