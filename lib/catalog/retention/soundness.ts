import type { Candidate } from './candidate.ts'

/** Decides whether an archive can be restored, and so replace others. */
export interface Soundness {
  isSound(archive: Candidate): boolean
  /** The fault of an unsound archive: `damaged`, its status, or the fault of its base. */
  fault(archive: Candidate): string
}

/** An increment is sound only if all its bases, direct and indirect, are. */
export function soundness(archives: readonly Candidate[]): Soundness {
  const byId = new Map(archives.map((archive) => [archive.id, archive]))
  const faultsById = new Map<string, string | undefined>()
  const faultOf = (archive: Candidate): string | undefined => {
    if (archive.status !== 'complete') return archive.status
    if (archive.damaged) return 'damaged'
    return baseFault(archive, byId, faultsById)
  }
  return {
    isSound: (archive) => faultOf(archive) === undefined,
    fault: (archive) => faultOf(archive) ?? 'whole',
  }
}

/** Follows the bases without recursion: a chain may be long, or circular. */
function baseFault(
  archive: Candidate,
  byId: ReadonlyMap<string, Candidate>,
  faultsById: Map<string, string | undefined>,
): string | undefined {
  const way: string[] = []
  const seen = new Set<string>()
  let fault: string | undefined
  for (let current = archive; current.parent !== undefined; ) {
    if (faultsById.has(current.id)) {
      fault = faultsById.get(current.id)
      break
    }
    way.push(current.id)
    seen.add(current.id)
    fault = ownFault(current.parent, byId.get(current.parent), seen)
    if (fault !== undefined) break
    current = byId.get(current.parent)!
  }
  for (const id of way) faultsById.set(id, fault)
  return fault
}

function ownFault(id: string, base: Candidate | undefined, seen: ReadonlySet<string>): string | undefined {
  if (base === undefined || base.status === 'deleted') return `without its base ${id}`
  if (seen.has(id)) return `its own base, through ${id}`
  if (base.damaged) return `on ${id}, which is damaged`
  return base.status === 'complete' ? undefined : `on ${id}, which is ${base.status}`
}
