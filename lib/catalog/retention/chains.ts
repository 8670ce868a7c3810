import type { Candidate } from './candidate.ts'

/** A decision about an archive that can still be changed. */
export interface RevisableDecision {
  readonly archive: Candidate
  keep: boolean
  reasons: string[]
}

/**
 * Keeps all bases, direct and indirect, of the archives that stay; `others` stay too. Returns warnings by id, about a
 * base that is missing or whose removal has started.
 */
export function keepRequired(
  decisions: readonly RevisableDecision[],
  others: readonly Candidate[],
): Map<string, string[]> {
  const byId = new Map(decisions.map((decision) => [decision.archive.id, decision]))
  const elsewhere = new Set(others.filter(({ status }) => status !== 'deleted').map(({ id }) => id))
  const warnings = new Map<string, string[]>()
  const staying = decisions.filter(({ keep }) => keep).map(({ archive }) => archive)
  const queue = [...staying, ...others.filter(({ status }) => !isGoing(status))]
  for (const { id, parent } of queue) {
    if (parent === undefined) continue
    const base = byId.get(parent)
    if (base === undefined) {
      if (!elsewhere.has(parent) && byId.has(id))
        warnings.set(id, [`${id} needs ${parent}, which is not there`])
    } else if (base.archive.status === 'deleting') {
      warnings.set(parent, [
        ...(warnings.get(parent) ?? []),
        `${id} needs ${parent}, whose removal has started`,
      ])
    } else if (!base.keep) {
      base.keep = true
      base.reasons = [`required by ${id}`]
      queue.push(base.archive)
    }
  }
  return warnings
}

function isGoing(status: Candidate['status']): boolean {
  return status === 'deleted' || status === 'deleting'
}
