/** The module that a job's threads load. Each export is work for one of them; nothing else imports it. */

export { storedRange } from '../backup/thread/range.ts'
export { changeItems } from '../ingest/thread/changes.ts'
export { lineEffects } from '../ingest/thread/effects.ts'
export { archivePart } from '../restore/thread/part.ts'
