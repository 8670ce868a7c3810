/*
 * What the threads of a job load. Each export is work that one of them does; nothing else imports it.
 */

export { storedRange } from '../backup/thread/range.ts'
export { changeItems } from '../ingest/thread/changes.ts'
export { lineEffects } from '../ingest/thread/effects.ts'
export { archivePart } from '../restore/thread/part.ts'
