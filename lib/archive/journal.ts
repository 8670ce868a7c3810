import { text } from 'node:stream/consumers'
import { parseBounded } from '../core/boundedJson.ts'
import { ElysiaError } from '../core/errors.ts'
import { JOURNAL_FILE } from './files.ts'
import type { JournalEntry, Part, Plan } from './manifest.ts'
import { entryFault, shapes } from './manifestShapes.ts'
import { isSafeName } from './storage/names.ts'
import type { Place } from './storage/storage.ts'

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

/**
 * Begins the journal of a backup; a directory with a journal and no manifest is one that is not complete.
 * @throws ElysiaError ELYSIA_LOCKED where another backup has begun there in the same moment
 */
export async function beginJournal(place: Place, plan: Plan): Promise<void> {
  await place.append(JOURNAL_FILE, `${JSON.stringify({ plan })}\n`)
  // Of those that append together one is the first, and it is the same for all of them.
  for await (const line of linesOf(place)) {
    const first = jsonOf(line, 0, place) as { plan?: { id?: unknown } } | null
    if (first?.plan?.id === plan.id) return
    break
  }
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

/**
 * The journal of a backup that is not complete; undefined where there is none, or not a whole line of one.
 * @throws ElysiaError ELYSIA_DAMAGED where a line is none that a backup writes, or names what lies outside the place
 */
export async function readJournal(place: Place): Promise<Unfinished | undefined> {
  let plan: Plan | undefined
  const [parts, tenants]: [Part[], TenantCounts[]] = [[], []]
  let index = 0
  for await (const line of linesOf(place)) {
    const entry = await entryOf(line, index, place)
    if (index === 0) plan = entry.plan
    if (plan === undefined) throw damaged(place, 'does not begin with a plan')
    const stranger = entry.parts?.find(({ file, range }) => !isSafeName(file) || range >= plan!.ranges.length)
    if (stranger !== undefined)
      throw damaged(
        place,
        `is damaged at line ${index + 1}: ${JSON.stringify(stranger.file)} is no part of it`,
      )
    parts.push(...(entry.parts ?? []))
    if (entry.tenant !== undefined) tenants.push(entry.tenant)
    index += 1
  }
  return plan && { plan, parts, tenants }
}

/** The whole lines of a journal. What follows the last newline was being written when the process died. */
async function* linesOf(place: Place): AsyncGenerator<string> {
  const bytes = await place.bytes(JOURNAL_FILE)
  if (bytes === undefined) return
  if (bytes > MOST_BYTES) throw damaged(place, 'is larger than a journal can be')
  const whole = await text(await place.read(JOURNAL_FILE))
  let from = 0
  for (let end = whole.indexOf('\n'); end >= 0; end = whole.indexOf('\n', from)) {
    yield whole.slice(from, end)
    from = end + 1
  }
}

async function entryOf(line: string, index: number, place: Place): Promise<JournalEntry> {
  const entry = jsonOf(line, index, place) as JournalEntry
  const fault = entryFault(entry, await shapes())
  if (fault !== undefined) throw damaged(place, `is damaged at line ${index + 1}: ${fault}`)
  return entry
}

function jsonOf(line: string, index: number, place: Place): unknown {
  try {
    return parseBounded(line)
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
