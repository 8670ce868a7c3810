import type { Catalog } from '../catalog.ts'
import type { ArchiveRecord } from '../record.ts'

/** The bases of an archive, according to the catalog. */
export interface Lineage {
  /** Its bases, oldest first; none for a full archive. */
  readonly bases: readonly ArchiveRecord[]
  /** Why it cannot be restored, for the end of a sentence; undefined if no fault is known. */
  readonly fault?: string
}

/** The bases of an archive, back to the full one, as far as they are known. */
export function lineageOf(catalog: Pick<Catalog, 'find'>, archive: ArchiveRecord): Lineage {
  const bases: ArchiveRecord[] = []
  const seen = new Set<string>()
  let fault = ownFault(archive)
  for (let current = archive; current.parent !== undefined && !seen.has(current.id); ) {
    seen.add(current.id)
    const base = catalog.find(current.parent)
    if (base === undefined || base.status === 'deleted') {
      fault ??= `is an increment of ${current.parent}, which is not there`
      break
    }
    const wrong = ownFault(base)
    if (wrong !== undefined) fault ??= `is an increment of ${base.id}, which ${wrong}`
    bases.unshift(base)
    current = base
  }
  return { bases, ...(fault !== undefined && { fault }) }
}

/** An increment whose base is missing: neither it nor its own increments can be restored. */
export interface WithoutBase {
  readonly id: string
  readonly path: string
  readonly base: string
}

/** The increments below a directory whose base is unknown to the catalog, or known to be gone. */
export function withoutBase(catalog: Pick<Catalog, 'below' | 'find'>, directory: string): WithoutBase[] {
  return catalog.below(directory).flatMap(({ id, location, parent }) => {
    if (parent === undefined) return []
    const base = catalog.find(parent)
    const isThere = base !== undefined && base.status !== 'deleted'
    return isThere ? [] : [{ id, path: location, base: parent }]
  })
}

/** All direct and indirect increments of an archive, oldest first: damage to the archive affects them all. */
export function descendantsOf(
  catalog: Pick<Catalog, 'list'>,
  id: string,
  collection: string,
): ArchiveRecord[] {
  const all = catalog.list({ collection, sort: 'started_at' })
  const lost = new Set([id])
  const descendants: ArchiveRecord[] = []
  // An increment is younger than its base, so one pass finds them all, unless a clock was set back.
  for (let before = -1; before !== lost.size; ) {
    before = lost.size
    for (const record of all) {
      if (record.parent === undefined || lost.has(record.id) || !lost.has(record.parent)) continue
      lost.add(record.id)
      descendants.push(record)
    }
  }
  return descendants
}

function ownFault({ status, damaged }: ArchiveRecord): string | undefined {
  if (damaged) return 'was found to be damaged'
  return status === 'complete' ? undefined : `is ${status}`
}
