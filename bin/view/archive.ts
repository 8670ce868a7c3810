import type { ArchiveDetails, ArchiveRecord } from '../library.ts'

/** An archive as --json shows it: times end in `_at`, and a store is a `target`, as in all documents. */
export function archiveDocument(archive: ArchiveRecord): Record<string, unknown> {
  const { id, status, collection, cluster, started, finished, updated, deleted, verified, ...rest } = archive
  return {
    id,
    status,
    collection,
    target: cluster,
    started_at: started,
    ...(finished !== undefined && { finished_at: finished }),
    updated_at: updated,
    ...(deleted !== undefined && { deleted_at: deleted }),
    ...rest,
    ...(verified !== undefined && { verified: atMoment(verified) }),
  }
}

/** The document of an archive with everything known about it. */
export function detailsDocument({ verifications, ...archive }: ArchiveDetails): Record<string, unknown> {
  return { ...archiveDocument(archive), verifications: verifications.map(atMoment) }
}

function atMoment<V extends { readonly time: string }>({ time, ...verification }: V) {
  return { ...verification, verified_at: time }
}

/** What an archive holds, in words; for an increment, what it and its bases hold together. */
export function archiveContentText(isIncrement: boolean, holds: string): string {
  if (!isIncrement) return holds
  return holds === 'full' ? 'incremental' : `incremental, ${holds}`
}
