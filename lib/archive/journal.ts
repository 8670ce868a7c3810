import { parseBounded } from '../core/boundedJson.ts'
import { ElysiaError } from '../core/errors.ts'
import { ownLines } from '../stream/lines/ownLines.ts'
import { JOURNAL_FILE } from './files.ts'
import type { IndexPart, JournalEntry, Part, Plan } from './manifest.ts'
import { MANIFEST_BOUNDS, MAX_MANIFEST_BYTES } from './manifestFile.ts'
import { entryFault, shapes } from './manifestShapes.ts'
import { isSafeName } from './storage/names.ts'
import type { Storage } from './storage/storage.ts'

/** An unfinished backup: its plan, and the parts that are durable. */
export interface UnfinishedBackup {
  readonly plan: Plan
  readonly parts: readonly Part[]
  /** The index of these parts; in an increment also that of the ids between them. */
  readonly index: readonly IndexPart[]
  /** Tenants that had to be woken and whose parts are complete, with their counts while they were awake. */
  readonly tenants: readonly TenantCounts[]
}

/** A store's counts for a tenant before and after its scan. */
export interface TenantCounts {
  readonly tenant: string
  readonly before: number
  readonly after: number
  /** Objects that the selection left out, which no part counts. */
  readonly filtered?: number
  /** Objects that a transform refused, which no part counts. */
  readonly rejected?: number
}

/**
 * Begins the journal of a backup. A directory with a journal and without a manifest is an incomplete backup.
 * @throws ElysiaError ELYSIA_LOCKED if another backup began there at the same moment
 */
export async function beginJournal(storage: Storage, plan: Plan): Promise<void> {
  await storage.append(JOURNAL_FILE, `${JSON.stringify({ plan })}\n`)
  // If several backups append at once, one line is the first, and all of them see the same one.
  for await (const line of linesOf(storage)) {
    const first = jsonOf(line, 0, storage) as { plan?: { id?: unknown } } | null
    if (first?.plan?.id === plan.id) return
    break
  }
  throw new ElysiaError('ELYSIA_LOCKED', `another backup has started in ${storage.text}`, {
    hint: 'give another --to',
  })
}

/** Records the durable parts of one gap and their index, all on one line: half a gap must not count. */
export function notePart(storage: Storage, parts: readonly Part[], index?: IndexPart): Promise<void> {
  return storage.append(JOURNAL_FILE, `${JSON.stringify({ parts, index })}\n`)
}

/** Records a tenant with its counts, once all its parts are recorded. */
export function noteTenant(storage: Storage, tenant: TenantCounts): Promise<void> {
  return storage.append(JOURNAL_FILE, `${JSON.stringify({ tenant })}\n`)
}

/**
 * Reads the journal of an incomplete backup; undefined if there is none, or not one complete line.
 * @throws ElysiaError ELYSIA_DAMAGED if a backup cannot have written a line, or it names files outside the storage
 */
export async function readJournal(storage: Storage): Promise<UnfinishedBackup | undefined> {
  let plan: Plan | undefined
  const [parts, index, tenants]: [Part[], IndexPart[], TenantCounts[]] = [[], [], []]
  let at = 0
  for await (const line of linesOf(storage)) {
    const entry = await entryOf(line, at, storage)
    if (at === 0) plan = entry.plan
    if (plan === undefined) throw damaged(storage, 'does not begin with a plan')
    const files = [...(entry.parts ?? []), ...(entry.index === undefined ? [] : [entry.index])]
    const unknownField = files.find(({ file, range }) => !isSafeName(file) || range >= plan!.ranges.length)
    if (unknownField !== undefined)
      throw damaged(
        storage,
        `is damaged at line ${at + 1}: ${JSON.stringify(unknownField.file)} is not part of it`,
      )
    parts.push(...(entry.parts ?? []))
    if (entry.index !== undefined) index.push(entry.index)
    if (entry.tenant !== undefined) tenants.push(entry.tenant)
    at += 1
  }
  return plan && { plan, parts, index, tenants }
}

/** The complete lines of a journal. Anything after the last newline was being written when the process died. */
async function* linesOf(storage: Storage): AsyncGenerator<string> {
  const bytes = await storage.bytes(JOURNAL_FILE)
  if (bytes === undefined) return
  if (bytes > MAX_MANIFEST_BYTES) throw damaged(storage, 'is larger than a journal can be')
  const failure = (fact: string, cause: unknown) => damaged(storage, fact, cause)
  yield* ownLines(await storage.read(JOURNAL_FILE), { maxLength: MAX_MANIFEST_BYTES, failure, whole: true })
}

async function entryOf(line: string, index: number, storage: Storage): Promise<JournalEntry> {
  const entry = jsonOf(line, index, storage) as JournalEntry
  const fault = entryFault(entry, await shapes())
  if (fault !== undefined) throw damaged(storage, `is damaged at line ${index + 1}: ${fault}`)
  return entry
}

function jsonOf(line: string, index: number, storage: Storage): unknown {
  try {
    return parseBounded(line, MANIFEST_BOUNDS)
  } catch (cause) {
    throw damaged(storage, `is damaged at line ${index + 1}`, cause)
  }
}

function damaged(storage: Storage, fact: string, cause?: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_DAMAGED', `${storage.text}/${JOURNAL_FILE} ${fact}`, {
    ...(cause !== undefined && { cause }),
    hint: 'remove this directory and back up again: it is not a complete backup',
  })
}
