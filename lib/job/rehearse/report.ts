import { toThousandths } from '../../core/units.ts'
import { type Failure, failureOf } from '../../run/failure.ts'
import type { RunCounts } from '../../run/record.ts'
import type { RunEnding, RunFacts } from '../../run/run.ts'
import type { RestoreReport } from '../restore/report.ts'

/** A difference from what the archive says. */
export interface RehearsalFault {
  readonly fact: string
  /** The first ids concerned, if known. */
  readonly ids?: readonly string[]
}

/** What a rehearsal found. The archive can be restored if `status` is `proved`. */
export interface RehearseReport {
  /** The id of the run. */
  readonly id: string
  /** `broken`: the archive did not restore to what it says. `failed`: that could not be determined. */
  readonly status: 'proved' | 'broken' | 'failed' | 'interrupted'
  readonly archive: string
  readonly location: string
  readonly collection: string
  /** The store that it was restored into. */
  readonly target: string
  /** The class there, which is removed again; empty if it was not begun. */
  readonly scratch: string
  /** Objects that the archive says it holds. */
  readonly objects: number
  readonly written: number
  readonly rejected: Readonly<Record<string, number>>
  readonly vectors: number
  /** The stored size of the archive in bytes. */
  readonly bytes: number
  /** The digest of all objects, according to the archive; empty if it could not be read. */
  readonly digest: string
  /** True if each object was read back and equals that of the archive. */
  readonly proved: boolean
  /** True if the archive itself is damaged. */
  readonly damaged: boolean
  readonly faults: readonly RehearsalFault[]
  /** Objects that are gone from the scratch store because they expired. No fault. */
  readonly expired?: number
  /** Classes or directories that killed rehearsals had left, and that were removed. */
  readonly leftovers: readonly string[]
  /** How long the restore took, and how long the comparison. */
  readonly restore_seconds: number
  readonly compare_seconds: number
  /** Objects a second, while they were restored. */
  readonly rate: number
  readonly retries: number
  readonly started_at: string
  readonly seconds: number
  /** The error that kept the rehearsal from finishing, or that says the archive is broken. */
  readonly error?: Failure
}

/** What a rehearsal has found so far. */
export interface RehearsalFacts {
  archive: string
  collection: string
  target: string
  scratch: string
  objects: number
  bytes: number
  digest: string
  restored: RestoreReport | undefined
  proved: boolean
  damaged: boolean
  faults: RehearsalFault[]
  expired: number
  leftovers: string[]
  restoreSeconds: number
  compareSeconds: number
}

/** The facts before anything was restored; `known` names the archive, if it could be read. */
export function initialFacts(known: { readonly id: string; readonly collection: string } | undefined) {
  const facts: RehearsalFacts = {
    ...{ archive: known?.id ?? '', collection: known?.collection ?? '', target: '', scratch: '' },
    ...{ objects: 0, bytes: 0, digest: '', restored: undefined, proved: false, damaged: false },
    ...{ faults: [], expired: 0, leftovers: [], restoreSeconds: 0, compareSeconds: 0 },
  }
  return facts
}

/** Makes the report of a rehearsal. After an error nothing is proved. */
export function rehearseReport(location: string, facts: RehearsalFacts, ending: RunEnding): RehearseReport {
  const { archive, collection, target, scratch, objects, bytes, digest, restored, expired } = facts
  const { error, retries } = ending
  const proved = facts.proved && error === undefined
  return {
    id: ending.id,
    status: statusOf(facts, ending),
    ...{ archive, location, collection, target, scratch, objects },
    written: restored?.written ?? 0,
    rejected: restored?.rejected ?? {},
    vectors: restored?.vectors ?? 0,
    ...{ bytes, digest, proved, damaged: facts.damaged, faults: facts.faults },
    ...(expired > 0 && { expired }),
    leftovers: facts.leftovers,
    restore_seconds: toThousandths(facts.restoreSeconds),
    compare_seconds: toThousandths(facts.compareSeconds),
    rate: restored?.rate ?? 0,
    retries: retries + (restored?.retries ?? 0),
    started_at: ending.startedAt,
    seconds: toThousandths(ending.seconds),
    ...(error !== undefined && { error: failureOf(error) }),
  }
}

function statusOf({ faults }: RehearsalFacts, { status, error }: RunEnding): RehearseReport['status'] {
  if (error === undefined) return 'proved'
  if (status === 'interrupted') return 'interrupted'
  return faults.length > 0 ? 'broken' : 'failed'
}

/** The counts of a rehearsal that the journal keeps: `proved` is 1 or 0. */
export function rehearseCounts(report: RehearseReport): RunCounts {
  const { objects, written, rejected, proved, faults, restore_seconds, compare_seconds } = report
  const times = {
    restore_ms: Math.round(restore_seconds * 1000),
    compare_ms: Math.round(compare_seconds * 1000),
  }
  return { objects, written, rejected, proved: proved ? 1 : 0, num_errors: faults.length, ...times }
}

/** The facts in a rehearsal's last event. */
export function rehearseFacts({ archive, bytes, rate }: RehearseReport): RunFacts {
  return { ...(archive !== '' && { archive }), ...(rate > 0 && { rate_per_second: rate }), bytes_in: bytes }
}
