import type { Catalog } from '../catalog.ts'
import type { ArchiveRecord } from '../record.ts'

/** What an archive is made of, as the catalog knows it. */
export interface Lineage {
  /** Its bases, the oldest first; none of a full archive. */
  readonly bases: readonly ArchiveRecord[]
  /** Why it cannot be restored, for the end of a sentence; undefined where nothing is known against it. */
  readonly fault?: string
}

/** The bases of an archive, back to the full one, as far as they are known. */
export function lineageOf(catalog: Pick<Catalog, 'find'>, archive: ArchiveRecord): Lineage {
  const bases: ArchiveRecord[] = []
  const seen = new Set<string>()
  let fault = ownFault(archive)
  for (let one = archive; one.parent !== undefined && !seen.has(one.id); ) {
    seen.add(one.id)
    const base = catalog.find(one.parent)
    if (base === undefined || base.status === 'deleted') {
      fault ??= `is an increment of ${one.parent}, which is not there`
      break
    }
    const wrong = ownFault(base)
    if (wrong !== undefined) fault ??= `is an increment of ${base.id}, which ${wrong}`
    bases.unshift(base)
    one = base
  }
  return { bases, ...(fault !== undefined && { fault }) }
}

/** An increment whose base is not there: neither it nor what is made of it can be restored. */
export interface WithoutBase {
  readonly id: string
  readonly path: string
  readonly base: string
}

/** The increments below a directory whose base the catalog does not know, or knows to be gone. */
export function withoutBase(catalog: Pick<Catalog, 'below' | 'find'>, directory: string): WithoutBase[] {
  return catalog.below(directory).flatMap(({ id, location, parent }) => {
    if (parent === undefined) return []
    const base = catalog.find(parent)
    const isThere = base !== undefined && base.status !== 'deleted'
    return isThere ? [] : [{ id, path: location, base: parent }]
  })
}

/** All archives that are increments of this one, however far, the oldest first: what is damaged in it is in them all. */
export function descendantsOf(
  catalog: Pick<Catalog, 'list'>,
  id: string,
  collection: string,
): ArchiveRecord[] {
  const all = catalog.list({ collection, sort: 'started_at' })
  const lost = new Set([id])
  const found: ArchiveRecord[] = []
  // An increment is younger than its base: one walk finds them all, unless a clock went back.
  for (let before = -1; before !== lost.size; ) {
    before = lost.size
    for (const one of all) {
      if (one.parent === undefined || lost.has(one.id) || !lost.has(one.parent)) continue
      lost.add(one.id)
      found.push(one)
    }
  }
  return found
}

function ownFault({ status, damaged }: ArchiveRecord): string | undefined {
  if (damaged) return 'was found to be damaged'
  return status === 'complete' ? undefined : `is ${status}`
}
