import type { RunStatus } from '../../core/report.ts'
import { toThousandths } from '../../core/units.ts'
import type { Failure } from '../../run/failure.ts'
import { failureOf } from '../../run/failure.ts'
import type { RunCounts } from '../../run/record.ts'
import type { RunEnding } from '../../run/run.ts'
import type { Finding } from './finding.ts'

/** What each field of the report of a comparison means. */
export const DIFF_REPORT = {
  id: 'The id of the run.',
  status: '`done`, `interrupted` or `failed`.',
  left: 'The left side: `{name, class, kind?, version?}`.',
  right: 'The right side.',
  is_equal: 'True where the comparison came to its end and nothing differs.',
  objects: '`{left, right}`: objects that were read of each side.',
  compared: 'Ids that one side or both have: the sum of the six counts that follow.',
  equal: 'Objects that are equal.',
  only_left: 'Objects that only the left side has.',
  only_right: 'Objects that only the right side has.',
  different: 'Objects that differ.',
  changing: 'Objects that were another one at each look, so that nobody can say.',
  gone: 'Ids that were gone from both sides when they were read again.',
  unreadable: 'Lines or values of a side that are not objects.',
  properties: 'How many objects differ in each property.',
  references: 'How many objects differ in each reference property.',
  vectors:
    '`{objects, largest?, cosine?}` by the name of the vector: how many objects differ, the largest difference of two numbers, the least cosine.',
  without_vectors: 'The side that has no vectors at all, so that none are compared.',
  schema: 'Settings of the class that differ.',
  tenants: 'Tenants that differ, or that only one side has.',
  aliases: 'Aliases that only one side has.',
  retries: 'Calls to a store that were repeated.',
  started_at: 'When this process began it.',
  seconds: 'How long it took.',
  rate: 'Ids a second.',
  peak_rss_bytes: 'The most memory the process held.',
  error: 'Why it failed; absent where it did not.',
} as const

/** One side in the report. */
export interface ReportedSide {
  readonly name: string
  readonly class: string
  readonly kind?: string
  readonly version?: string
}

/** How vectors of one name differ. */
export interface VectorCounts {
  readonly objects: number
  readonly largest?: number
  readonly cosine?: number
}

/** What a comparison found. @see DIFF_REPORT */
export interface DiffReport {
  /** The id of the run. */
  readonly id: string
  readonly status: RunStatus
  readonly left: ReportedSide
  readonly right: ReportedSide
  readonly is_equal: boolean
  readonly objects: { readonly left: number; readonly right: number }
  readonly compared: number
  readonly equal: number
  readonly only_left: number
  readonly only_right: number
  readonly different: number
  readonly changing: number
  readonly gone: number
  readonly unreadable: number
  readonly properties: Readonly<Record<string, number>>
  readonly references: Readonly<Record<string, number>>
  readonly vectors: Readonly<Record<string, VectorCounts>>
  readonly without_vectors?: 'left' | 'right'
  readonly schema: number
  readonly tenants: number
  readonly aliases: number
  readonly retries: number
  readonly started_at: string
  readonly seconds: number
  readonly rate: number
  readonly peak_rss_bytes: number
  readonly error?: Failure
}

/** Counts what a comparison reads and finds. */
export class DiffTally {
  left = 0
  right = 0
  compared = 0
  equal = 0
  gone = 0
  unreadable = 0
  withoutVectors: 'left' | 'right' | undefined
  readonly #signs = new Map<string, number>()
  readonly #properties = new Map<string, number>()
  readonly #references = new Map<string, number>()
  readonly #vectors = new Map<string, { objects: number; largest?: number; cosine?: number }>()

  /** Counts a finding that is passed on; equal objects are counted where they are compared. */
  add(finding: Finding): void {
    if (finding.of === 'vectors') this.withoutVectors = finding.sign === '+' ? 'right' : 'left'
    if (finding.of === 'unreadable') this.unreadable += 1
    else if (finding.sign !== '=') increase(this.#signs, `${finding.of} ${finding.sign}`)
    if (finding.of !== 'object' || finding.difference === undefined) return
    const { properties, references, vectors } = finding.difference
    for (const name of properties) increase(this.#properties, name)
    for (const name of references) increase(this.#references, name)
    for (const { name, largest, cosine } of vectors) {
      const counts = this.#vectors.get(name) ?? { objects: 0 }
      counts.objects += 1
      if (largest !== undefined) counts.largest = Math.max(counts.largest ?? 0, largest)
      if (cosine !== undefined) counts.cosine = Math.min(counts.cosine ?? 1, cosine)
      this.#vectors.set(name, counts)
    }
  }

  of(what: Finding['of'], sign: string): number {
    return this.#signs.get(`${what} ${sign}`) ?? 0
  }

  /** Everything that is not equal. */
  get differences(): number {
    let sum = this.unreadable
    for (const count of this.#signs.values()) sum += count
    return sum
  }

  /** The counts under the names of the report. */
  counts() {
    const all = (what: Finding['of']) => this.of(what, '+') + this.of(what, '-') + this.of(what, '*')
    return {
      objects: { left: this.left, right: this.right },
      compared: this.compared,
      equal: this.equal,
      only_left: this.of('object', '+'),
      only_right: this.of('object', '-'),
      different: this.of('object', '*'),
      changing: this.of('object', '!'),
      gone: this.gone,
      unreadable: this.unreadable,
      properties: sorted(this.#properties),
      references: sorted(this.#references),
      vectors: sorted(this.#vectors),
      ...(this.withoutVectors !== undefined && { without_vectors: this.withoutVectors }),
      schema: all('schema'),
      tenants: all('tenant'),
      aliases: all('alias'),
    }
  }
}

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

function sorted<T>(counts: ReadonlyMap<string, T>): Record<string, T> {
  return Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** Makes the report of a comparison. Only one that is done can say that both sides are equal. */
export function reportOf(
  sides: { readonly left: ReportedSide; readonly right: ReportedSide },
  tally: DiffTally,
  { id, status, error, startedAt, seconds, retries }: RunEnding,
): DiffReport {
  return {
    id,
    status,
    ...sides,
    is_equal: status === 'done' && tally.differences === 0,
    ...tally.counts(),
    retries,
    started_at: startedAt,
    seconds: toThousandths(seconds),
    rate: toThousandths(seconds === 0 ? 0 : tally.compared / seconds),
    peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
    ...(error !== undefined && { error: failureOf(error) }),
  }
}

/** The counts of a comparison that the journal keeps. */
export function diffCounts(report: DiffReport): RunCounts {
  const { compared, equal, only_left, only_right, different, changing, unreadable } = report
  const { schema, tenants, aliases } = report
  const ofCollection = schema + tenants + aliases
  return {
    compared,
    equal,
    only_left,
    only_right,
    different,
    changing,
    unreadable,
    of_collection: ofCollection,
  }
}
