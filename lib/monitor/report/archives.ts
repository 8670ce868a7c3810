import type { Catalog } from '../../catalog/catalog.ts'
import type { ArchiveRecord } from '../../catalog/record.ts'
import type { Candidate } from '../../catalog/retention/candidate.ts'
import { planRetention } from '../../catalog/retention/plan.ts'
import type { Policy } from '../../catalog/retention/policy.ts'
import { soundness } from '../../catalog/retention/soundness.ts'
import { messageOf } from '../../core/errors.ts'
import type { MonitorReport } from './schema.ts'

type Line = MonitorReport['cleanup'][number]

/** All archives in the catalog, and those that can be restored as far as is known. */
export interface KnownArchives {
  /** Complete and not removed, newest first. */
  readonly complete: readonly ArchiveRecord[]
  /** All archives ever recorded, removed ones included. */
  readonly all: readonly ArchiveRecord[]
  readonly candidates: readonly Candidate[]
  isSound(id: string): boolean
  readonly roots: readonly string[]
}

const STATUSES = ['complete', 'partial', 'failed', 'running', 'deleting', 'deleted'] as const

/** Reads the catalog once. Memory: a record for each archive. */
export function knownArchives(catalog: Catalog): KnownArchives {
  const all = catalog.list({ status: STATUSES })
  const { chosen: candidates } = catalog.candidates()
  const { isSound } = soundness(candidates)
  const sound = new Set(candidates.filter(isSound).map(({ id }) => id))
  return {
    complete: all.filter(({ status }) => status === 'complete'),
    all,
    candidates,
    isSound: (id) => sound.has(id),
    roots: catalog.roots(),
  }
}

/** The archives of a machine without a catalog. */
export const NO_ARCHIVES: KnownArchives = {
  complete: [],
  all: [],
  candidates: [],
  isSound: () => false,
  roots: [],
}

/**
 * What the retention rules would remove now; empty without a policy. Calls `note` with the reason if the rules cannot
 * be followed.
 */
export function cleanupLines(
  { candidates }: KnownArchives,
  policy: Policy | undefined,
  nowMs: number,
  note: (text: string) => void,
): Line[] {
  if (policy === undefined || candidates.length === 0) return []
  try {
    const removed = planRetention(candidates, policy, nowMs).flatMap(({ remove }) => remove)
    return removed.map(({ archive: { id, collection, bytes, time }, reasons }) => ({
      ...{ id, collection, reason: reasons.join('; ') },
      ...(bytes !== undefined && { bytes }),
      age_seconds: Math.max(0, nowMs - time) / 1000,
    }))
  } catch (error) {
    note(`what a cleanup would remove is not known: ${messageOf(error)}`)
    return []
  }
}

/** Archives that a verification found damaged. */
export function damagedLines({ complete }: KnownArchives, nowMs: number): Line[] {
  return complete
    .filter(({ damaged }) => damaged)
    .map((archive) =>
      lineOf(archive, nowMs, `a verification (${archive.verified?.level ?? 'unknown'}) found damage`),
    )
}

/** Sound archives that were not verified for longer than is expected of their collection. */
export function unverifiedLines(
  { complete, isSound }: KnownArchives,
  everyMs: (collection: string) => number,
  nowMs: number,
): Line[] {
  return complete.flatMap((archive) => {
    const { id, collection, started, verified } = archive
    const sinceMs = nowMs - Date.parse(verified?.time ?? started)
    if (!isSound(id) || sinceMs <= everyMs(collection)) return []
    const days = Math.floor(sinceMs / 86_400_000)
    const reason = verified === undefined ? `never verified, ${days} d old` : `last verified ${days} d ago`
    return [lineOf(archive, nowMs, reason)]
  })
}

function lineOf({ id, collection, bytes, started }: ArchiveRecord, nowMs: number, reason: string): Line {
  return { id, collection, reason, bytes, age_seconds: Math.max(0, nowMs - Date.parse(started)) / 1000 }
}
