import { Readable } from 'node:stream'
import { ElysiaError } from '../../core/errors.ts'
import type { StoredObject } from '../../core/object.ts'
import type { CollectionSchema } from '../../core/schema.ts'
import { rangeOf } from '../idRange.ts'
import type { Plan } from '../manifest.ts'
import type { ObjectRange, ObjectSource } from '../object/source.ts'
import { readSingle } from './read.ts'

/** The spelling of its lines must not matter, because its objects are compared with those of other sources. */
const BY_OBJECT = { foreign: true }

/**
 * A single-file archive as a source of objects. `open` opens its bytes from the beginning. Ranges read in order, one
 * after the other, take one pass over the file; any other range starts a new pass. If the file is damaged or cut
 * short, the last range errors with ELYSIA_DAMAGED at its end, unless an earlier one did.
 */
export async function singleObjects(open: () => Readable): Promise<ObjectSource> {
  const { plan, pages } = await readSingle(open(), BY_OBJECT)
  return new SingleObjects(plan, pages, open)
}

/** The number of a tenant, in file order. */
type TenantNumber = (tenant: string | undefined) => number | undefined

/** A position in a file being read. */
class Cursor {
  readonly #pages: Readable
  readonly #iterator: AsyncIterator<readonly StoredObject[]>
  readonly #numberOf: TenantNumber
  #held: readonly StoredObject[] = []
  /** The last object read. */
  read = { tenant: 0, id: '' }
  /** The last object passed, whether read or skipped: its tenant's number, and its id. */
  passed = { tenant: 0, id: '' }

  constructor(pages: Readable, numberOf: TenantNumber) {
    // Ignored here: the next read reports the error.
    pages.on('error', () => {})
    this.#pages = pages
    this.#iterator = pages[Symbol.asyncIterator]()
    this.#numberOf = numberOf
  }

  /**
   * The next objects; undefined at the end of the file. @throws ElysiaError ELYSIA_DAMAGED if they are out of order
   */
  async next(): Promise<readonly StoredObject[] | undefined> {
    if (this.#held.length > 0) {
      const page = this.#held
      this.#held = []
      return page
    }
    const next = await this.#iterator.next()
    if (next.done === true) return undefined
    for (const object of next.value) this.#requireOrder(object)
    return next.value
  }

  /** Puts back objects that the range did not use. */
  hold(objects: readonly StoredObject[]): void {
    this.#held = objects
  }

  close(): void {
    this.#pages.destroy()
  }

  #requireOrder({ tenant: name, id }: StoredObject): void {
    const tenant = this.#numberOf(name)
    if (tenant === undefined) throw damaged(`has ${id}, outside its ranges`)
    const { tenant: last, id: lastId } = this.read
    if (tenant < last || (tenant === last && id <= lastId)) throw damaged(`has ${id} out of order`)
    this.read = { tenant, id }
  }
}

function damaged(fact: string): ElysiaError {
  return new ElysiaError('ELYSIA_DAMAGED', `the archive ${fact}`)
}

class SingleObjects implements ObjectSource {
  readonly schema: CollectionSchema
  readonly ranges: readonly ObjectRange[]
  readonly isSequential = true
  readonly #open: () => Readable
  readonly #numberOf: TenantNumber
  /** The cursor at the end of the range that was read last. */
  #idle: Cursor | undefined
  #isClosed = false

  constructor(plan: Plan, pages: Readable, open: () => Readable) {
    this.schema = plan.schema as unknown as CollectionSchema
    this.ranges = plan.ranges.map(rangeOf)
    this.#open = open
    const tenants = [...new Set(this.ranges.map(({ tenant }) => tenant))]
    const numbers = new Map(tenants.map((name, at) => [name, at]))
    this.#numberOf = (tenant) => numbers.get(tenant)
    this.#idle = new Cursor(pages, this.#numberOf)
  }

  pages(range: ObjectRange): Readable {
    return Readable.from(this.#within(range), { objectMode: true, highWaterMark: 1 })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#idle?.close()
    this.#idle = undefined
  }

  async *#within(range: ObjectRange): AsyncGenerator<readonly StoredObject[]> {
    const tenant = this.#numberOf(range.tenant)
    if (tenant === undefined) return
    const cursor = this.#before(tenant, range.after ?? '') ?? (await this.#restart())
    const side = (object: StoredObject) => this.#sideOf(object, tenant, range)
    let isIdle = false
    try {
      for (let page = await cursor.next(); page !== undefined; page = await cursor.next()) {
        const inside = page.filter((object) => side(object) === 0)
        if (inside.length > 0) yield inside
        if (side(page.at(-1)!) <= 0) continue
        cursor.hold(page.filter((object) => side(object) > 0))
        cursor.passed = { tenant, id: range.upTo ?? BEHIND_ALL }
        isIdle = true
        return
      }
      // At the end of the file, everything after it is known to be empty.
      cursor.passed = cursor.read
      isIdle = true
    } finally {
      if (isIdle && !this.#isClosed) this.#keep(cursor)
      else cursor.close()
    }
  }

  /** Less than 0 for an object before the range, 0 for one inside, more than 0 after it. */
  #sideOf({ tenant: name, id }: StoredObject, tenant: number, { after, upTo }: ObjectRange): number {
    const own = this.#numberOf(name)!
    if (own !== tenant) return own - tenant
    if (after !== undefined && id <= after) return -1
    return upTo === undefined || id <= upTo ? 0 : 1
  }

  /** The idle cursor, if it has not passed the beginning of the range. */
  #before(tenant: number, after: string): Cursor | undefined {
    const cursor = this.#idle
    if (cursor === undefined) return undefined
    const { passed } = cursor
    if (passed.tenant > tenant || (passed.tenant === tenant && passed.id > after)) return undefined
    this.#idle = undefined
    return cursor
  }

  async #restart(): Promise<Cursor> {
    return new Cursor((await readSingle(this.#open(), BY_OBJECT)).pages, this.#numberOf)
  }

  #keep(cursor: Cursor): void {
    this.#idle?.close()
    this.#idle = cursor
  }
}

/** Greater than any id. */
const BEHIND_ALL = '~'
