import { text } from 'node:stream/consumers'
import { parseBounded } from '../boundedJson.ts'
import { ElysiaError } from '../errors.ts'
import { JOURNAL_FILE } from './files.ts'
import type { Part, Plan } from './manifest.ts'
import type { Place } from './place.ts'

/** As of a manifest, which names the same parts. */
const MOST_BYTES = 256 * 1024 * 1024

/** What a backup that did not come to its end has left: its plan, and the parts that were durable. */
export interface Unfinished {
  readonly plan: Plan
  readonly parts: readonly Part[]
  /** Tenants that had to be woken and whose parts are all there, as they were counted while they were awake. */
  readonly tenants: readonly TenantCounts[]
}

/** What a store counted of a tenant before and after its scan. */
export interface TenantCounts {
  readonly tenant: string
  readonly before: number
  readonly after: number
}

interface JournalEntry {
  readonly plan?: Plan
  readonly parts?: readonly Part[]
  readonly tenant?: TenantCounts
}

/**
 * Begins the journal of a backup; a directory with a journal and no manifest is one that is not complete.
 * @throws ElysiaError ELYSIA_LOCKED where another backup has begun there in the same moment
 */
export async function beginJournal(place: Place, plan: Plan): Promise<void> {
  await place.append(JOURNAL_FILE, `${JSON.stringify({ plan })}\n`)
  // Of those that append together one is the first, and it is the same for all of them.
  const first = await readJournal(place)
  if (first?.plan.id === plan.id) return
  throw new ElysiaError('ELYSIA_LOCKED', `another backup has begun in ${place.text}`, {
    hint: 'give another --to',
  })
}

/** Notes the parts of a stretch that are durable, all in one line: half a stretch must not count. */
export function notePart(place: Place, parts: readonly Part[]): Promise<void> {
  return place.append(JOURNAL_FILE, `${JSON.stringify({ parts })}\n`)
}

/** Notes a tenant whose parts are all noted. */
export function noteTenant(place: Place, tenant: TenantCounts): Promise<void> {
  return place.append(JOURNAL_FILE, `${JSON.stringify({ tenant })}\n`)
}

/** The journal of a backup that is not complete; undefined where there is none, or not a whole line of one. */
export async function readJournal(place: Place): Promise<Unfinished | undefined> {
  const bytes = await place.bytes(JOURNAL_FILE)
  if (bytes === undefined) return undefined
  if (bytes > MOST_BYTES) throw damaged(place, 'is larger than a journal can be')
  const lines = (await text(await place.read(JOURNAL_FILE))).split('\n')
  // What follows the last newline was being written when the process died.
  const whole = lines.slice(0, -1).map((line, index) => entryOf(line, index, place))
  const plan = whole[0]?.plan
  return (
    plan && {
      plan,
      parts: whole.flatMap(({ parts }) => parts ?? []),
      tenants: whole.flatMap(({ tenant }) => tenant ?? []),
    }
  )
}

function entryOf(line: string, index: number, place: Place): JournalEntry {
  try {
    return parseBounded(line) as JournalEntry
  } catch (cause) {
    throw damaged(place, `is damaged at line ${index + 1}`, cause)
  }
}

function damaged(place: Place, fact: string, cause?: unknown): ElysiaError {
  return new ElysiaError('ELYSIA_DAMAGED', `${place.text}/${JOURNAL_FILE} ${fact}`, {
    ...(cause !== undefined && { cause }),
    hint: 'remove this directory and back up anew: it is not a complete backup',
  })
}
