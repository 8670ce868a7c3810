/**
 * What became of an archive. `partial`: interrupted, can be resumed; `failed`: ended by an error; `deleting`: its
 * removal was begun and has to be finished; `deleted`: gone, the row is its history.
 */
export const ARCHIVE_STATUSES = ['complete', 'partial', 'running', 'failed', 'deleting', 'deleted'] as const

export type ArchiveStatus = (typeof ARCHIVE_STATUSES)[number]
