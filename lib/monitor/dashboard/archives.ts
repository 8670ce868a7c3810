import type { Catalog } from '../../catalog/catalog.ts'
import type { ArchiveRecord } from '../../catalog/record.ts'
import type { ArchiveView } from './facts.ts'

/** How many archives the page lists. */
const MOST = 500

/** The newest archives that were not removed, as the page lists them. */
export function archiveViews(catalog: Pick<Catalog, 'list'>): ArchiveView[] {
  return catalog.list({ sort: 'started_at:desc', limit: MOST }).map(viewOf)
}

function viewOf(record: ArchiveRecord): ArchiveView {
  const { id, collection, cluster, status, started, objects, bytes, parent, pinned, damaged, verified } =
    record
  return {
    ...{ id, collection, target: cluster, status, started_at: started, objects, bytes },
    ...(parent !== undefined && { parent }),
    ...{ pinned, damaged },
    ...(verified !== undefined && { verified_at: verified.time, verified_level: verified.level }),
  }
}
