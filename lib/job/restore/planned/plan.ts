import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { ElysiaError, messageOf } from '../../../core/errors.ts'
import { ownLines } from '../../../stream/lines/ownLines.ts'
import { type PlanEnd, type PlanEntry, type PlanHeader, planDamaged } from './format.ts'
import { parseEnd, parseEntry, parseHeader, parseRecord } from './lines.ts'
import { PlanRows } from './rows.ts'

/** For a header, which may name 100,000 ids. */
const MAX_LINE_LENGTH = 8 * 1024 * 1024

/**
 * An opened plan: its header, and what it does to each object, in an unnamed file with a cache of some megabytes in
 * memory. Close it.
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

  /** What the plan does to an object; undefined if nothing. */
  find(id: string, tenant: string | undefined): PlanEntry | undefined {
    return this.#database.find(id, tenant)
  }

  /** The changed objects by tenant and id, some hundred at a time, all of one tenant. */
  batches(): Generator<PlanEntry[]> {
    return this.#database.batches()
  }

  /** The deleted objects. */
  deletions(): Generator<PlanEntry[]> {
    return this.#database.batches('delete')
  }

  close(): void {
    this.#database.close()
  }
}

/**
 * Reads a plan and checks everything in it against bounds: lengths, depth, ids (each once), the counts and the digest
 * of its last line. Memory: a line, and a cache of some megabytes.
 * @throws ElysiaError ELYSIA_INPUT_MISSING; ELYSIA_DAMAGED, with the line, if it is not a plan, or was cut or changed
 */
export async function openPlan(path: string): Promise<Plan> {
  const rows = new PlanRows()
  try {
    return await readPlan(path, rows)
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

async function readPlan(path: string, rows: PlanRows): Promise<Plan> {
  const digest = createHash('sha256')
  const failure = (fact: string, cause: unknown) => planDamaged(path, fact, cause)
  let header: PlanHeader | undefined
  let end: PlanEnd | undefined
  let number = 0
  for await (const line of ownLines(createReadStream(path), { maxLength: MAX_LINE_LENGTH, failure })) {
    number += 1
    const at = (fact: string) => planDamaged(path, `is not a plan: line ${number} ${fact}`)
    if (end !== undefined) throw at('comes after its end')
    if (line.length > MAX_LINE_LENGTH) throw at('is too long')
    const value = parseRecord(line, at)
    if (header === undefined) header = parseHeader(value, at)
    else if (value.end === true) end = parseEnd(value, digest.digest('hex'), rows.counts(), header, at)
    else if (!rows.add(parseEntry(value, at))) throw at(`names ${String(value.id)} a second time`)
    if (end === undefined) digest.update(`${line}\n`)
  }
  rows.flush()
  if (header === undefined) throw planDamaged(path, 'is empty')
  if (end === undefined) throw planDamaged(path, 'was cut: its last line is missing')
  return new Plan(path, header, end, rows)
}
