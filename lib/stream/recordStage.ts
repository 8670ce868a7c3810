/**
 * The buffer sizes of a stage that makes one chunk from each record. Node counts objects, not bytes: with its default
 * of 16 on either side, the stages of an ingest held a hundred records, of perhaps a megabyte each, while the store
 * was busy. With 1 they hold fewer than ten, at the same rate, because records pass through a chain that is not
 * blocked at once.
 */
export const RECORD_STAGE = { objectMode: true, highWaterMark: 1 } as const
