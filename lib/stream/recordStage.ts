/**
 * The buffers of a stage that makes one chunk of one record. Node counts objects, not bytes: with its own 16 on
 * either side the stages of an ingest held a hundred records, of a megabyte each perhaps, while the store was
 * busy. With 1 they hold less than ten, at the same rate: records go through a chain that is not held up at once.
 */
export const RECORD_STAGE = { objectMode: true, highWaterMark: 1 } as const
