import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { parseBounded } from '../../../core/boundedJson.ts'
import { ElysiaError, messageOf } from '../../../core/errors.ts'
import { isRecord } from '../../../core/value/record.ts'
import { temporaryDatabase } from '../../../database/connection.ts'
import { ownLines } from '../../../stream/lines/ownLines.ts'
import {
  CHANGES,
  type Change,
  PLANNED_OPTIONS,
  type PlanEnd,
  type PlanEntry,
  type PlanHeader,
  planDamaged,
} from './format.ts'

/** Of a header, which may name 100,000 ids. */
const MAX_LINE_LENGTH = 8 * 1024 * 1024
const BOUNDS = { depth: 8, nodes: 1000, values: 1000 }
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const MARK = /^[0-9A-Za-z+/]{43}=(\.[0-9A-Za-z+/]{43}=)?$/
const ROWS_AT_ONCE = 500
const MOST_TENANT_LENGTH = 64 * 1024
const TEXTS = [
  'source',
  'archive',
  'identity',
  'collection',
  'class',
  'target',
  'strategy',
  'made_at',
] as const

/**
 * A plan that was read: its header, and what it does to each object, in a file without a name with a cache of some
 * megabytes in memory. Close it.
 */
export class Plan {
  readonly path: string
  readonly header: PlanHeader
  readonly end: PlanEnd
  readonly #database: PlanRows

  constructor(path: string, header: PlanHeader, end: PlanEnd, database: PlanRows) {
    this.path = path
    this.header = header
    this.end = end
    this.#database = database
  }

  /** What it does to an object; undefined where it leaves it. */
  find(id: string, tenant: string | undefined): PlanEntry | undefined {
    return this.#database.find(id, tenant)
  }

  /** Its objects by tenant and id, some hundred at a time, all of one tenant. */
  batches(): Generator<PlanEntry[]> {
    return this.#database.batches()
  }

  /** Those that are deleted. */
  deletions(): Generator<PlanEntry[]> {
    return this.#database.batches('delete')
  }

  close(): void {
    this.#database.close()
  }
}

/**
 * Reads a plan, and believes nothing of it that is not within bounds: lengths, depth, ids, each once, the counts and the
 * digest of its last line. Memory: a line, and a cache of some megabytes.
 * @throws ElysiaError ELYSIA_INPUT_MISSING; ELYSIA_DAMAGED, with the line, where it is none, was cut or changed
 */
export async function openPlan(path: string): Promise<Plan> {
  const rows = new PlanRows()
  try {
    return await read(path, rows)
  } catch (error) {
    rows.close()
    const { code } = error as NodeJS.ErrnoException
    if (error instanceof ElysiaError) throw error
    if (code === undefined) throw error
    throw new ElysiaError(
      code === 'ENOENT' ? 'ELYSIA_INPUT_MISSING' : 'ELYSIA_INPUT',
      `the plan ${path} cannot be read: ${messageOf(error)}`,
      { cause: error, hint: '`elysiactl col restore … --plan FILE` makes one' },
    )
  }
}

async function read(path: string, rows: PlanRows): Promise<Plan> {
  const digest = createHash('sha256')
  const failure = (fact: string, cause: unknown) => planDamaged(path, fact, cause)
  let header: PlanHeader | undefined
  let end: PlanEnd | undefined
  let number = 0
  for await (const line of ownLines(createReadStream(path), { maxLength: MAX_LINE_LENGTH, failure })) {
    number += 1
    const at = (fact: string) => planDamaged(path, `is none: line ${number} ${fact}`)
    if (end !== undefined) throw at('stands behind its end')
    if (line.length > MAX_LINE_LENGTH) throw at('is too long')
    const value = recordIn(line, at)
    if (header === undefined) header = headerIn(value, at)
    else if (value.end === true) end = endIn(value, digest.digest('hex'), rows.counts(), header, at)
    else if (!rows.add(entryIn(value, at))) throw at(`names ${String(value.id)} a second time`)
    if (end === undefined) digest.update(`${line}\n`)
  }
  rows.flush()
  if (header === undefined) throw planDamaged(path, 'is empty')
  if (end === undefined) throw planDamaged(path, 'was cut: its last line is missing')
  return new Plan(path, header, end, rows)
}

type At = (fact: string) => ElysiaError

function recordIn(line: string, at: At): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = parseBounded(line, BOUNDS)
  } catch {
    throw at('is no JSON, or nests too deep')
  }
  if (!isRecord(value)) throw at('is no object')
  return value
}

function headerIn(value: Readonly<Record<string, unknown>>, at: At): PlanHeader {
  if (value.kind !== 'plan') throw at('does not begin a plan')
  if (value.format !== 1) throw at('is of a newer version')
  const { options, shape } = value
  const isWhole = TEXTS.every((name) => typeof value[name] === 'string')
  if (!isWhole || !isRecord(options) || (shape !== null && typeof shape !== 'string')) {
    throw at('lacks what a plan begins with')
  }
  if (options.onConflict !== value.strategy) throw at('names two strategies')
  const known = Object.entries(options).filter(([key]) =>
    (PLANNED_OPTIONS as readonly string[]).includes(key),
  )
  if (!areTransforms(value.transforms)) throw at('names transforms that are none')
  return { ...(value as unknown as PlanHeader), options: Object.fromEntries(known) }
}

const MOST_TRANSFORMS = 1000

function areTransforms(transforms: unknown): boolean {
  if (transforms === undefined) return true
  if (!Array.isArray(transforms) || transforms.length > MOST_TRANSFORMS) return false
  return transforms.every(
    (one) =>
      isRecord(one) &&
      typeof one.name === 'string' &&
      [one.sha256, one.text].every((text) => text === undefined || typeof text === 'string'),
  )
}

function entryIn(
  { id, tenant, do: change, was, becomes }: Readonly<Record<string, unknown>>,
  at: At,
): PlanEntry {
  if (typeof id !== 'string' || !UUID.test(id)) throw at('has no id')
  if (!CHANGES.includes(change as Change)) throw at('does not say what to do')
  if (
    tenant !== undefined &&
    (typeof tenant !== 'string' || tenant.length > MOST_TENANT_LENGTH || tenant === '')
  )
    throw at('has a tenant that is none')
  const isMark = (mark: unknown, wanted: boolean) =>
    wanted ? typeof mark === 'string' && MARK.test(mark) : mark === undefined
  if (!isMark(was, change !== 'create') || !isMark(becomes, change !== 'delete'))
    throw at('lacks a digest, or has one too many')
  return {
    id,
    ...(tenant !== undefined && { tenant: tenant as string }),
    do: change as Change,
    ...(was !== undefined && { was: was as string }),
    ...(becomes !== undefined && { becomes: becomes as string }),
  }
}

function endIn(
  value: Readonly<Record<string, unknown>>,
  sha256: string,
  found: Readonly<Record<Change, number>>,
  { strategy }: PlanHeader,
  at: At,
): PlanEnd {
  if (value.sha256 !== sha256) throw at('says that it was changed since it was made')
  const { counts } = value
  if (!isRecord(counts) || CHANGES.some((change) => counts[change] !== found[change])) {
    throw at('counts other objects than there are')
  }
  if (found.delete > 0 && strategy !== 'replace') throw at('deletes objects, though it replaces nothing')
  return value as unknown as PlanEnd
}

type Row = [tenant: string, id: string, change: Change, was: string | null, becomes: string | null]

/** Entries on the disk. */
class PlanRows {
  readonly #database = temporaryDatabase()
  readonly #counts = { create: 0, overwrite: 0, merge: 0, delete: 0 }
  readonly #insert
  readonly #find

  constructor() {
    this.#database.exec(
      `CREATE TABLE planned (tenant TEXT, id TEXT, change TEXT, was TEXT, becomes TEXT, PRIMARY KEY (tenant, id))
       WITHOUT ROWID; BEGIN`,
    )
    this.#insert = this.#database.prepare('INSERT OR IGNORE INTO planned VALUES (?, ?, ?, ?, ?)')
    this.#find = this.#database
      .prepare('SELECT tenant, id, change, was, becomes FROM planned WHERE tenant = ? AND id = ?')
      .raw()
  }

  /** False for an id that is there. */
  add({ id, tenant = '', do: change, was = undefined, becomes = undefined }: PlanEntry): boolean {
    this.#counts[change] += 1
    return this.#insert.run(tenant, id, change, was ?? null, becomes ?? null).changes === 1
  }

  flush(): void {
    this.#database.exec('COMMIT')
  }

  counts(): Readonly<Record<Change, number>> {
    return this.#counts
  }

  find(id: string, tenant = ''): PlanEntry | undefined {
    const row = this.#find.get(tenant, id) as Row | undefined
    return row && entryOf(row)
  }

  *batches(change?: Change): Generator<PlanEntry[]> {
    const only = change === undefined ? '' : ` AND change = '${change}'`
    const some = this.#database
      .prepare(
        `SELECT tenant, id, change, was, becomes FROM planned WHERE (tenant, id) > (?, ?)${only}
         ORDER BY tenant, id LIMIT ${ROWS_AT_ONCE}`,
      )
      .raw()
    let last: readonly [string, string] = ['', '']
    for (;;) {
      const rows = some.all(...last) as Row[]
      const [first] = rows
      if (first === undefined) return
      const group = rows.filter(([tenant]) => tenant === first[0])
      last = [first[0], group.at(-1)![1]]
      yield group.map(entryOf)
    }
  }

  close(): void {
    this.#database.close()
  }
}

function entryOf([tenant, id, change, was, becomes]: Row): PlanEntry {
  return {
    id,
    ...(tenant !== '' && { tenant }),
    do: change,
    ...(was !== null && { was }),
    ...(becomes !== null && { becomes }),
  }
}
