/**
 * The status of an archive. `partial`: interrupted, can be resumed; `failed`: ended by an error; `deleting`: its
 * removal has started and must be finished; `deleted`: removed, its row is kept as history.
 */
export const ARCHIVE_STATUSES = ['complete', 'partial', 'running', 'failed', 'deleting', 'deleted'] as const

/** The status of an archive. @see ARCHIVE_STATUSES */
export type ArchiveStatus = (typeof ARCHIVE_STATUSES)[number]
