import Type, { type Static } from '../../core/typebox.ts'
import { OF_ARCHIVES } from './ofArchives.ts'
import { OF_COLLECTIONS } from './ofCollections.ts'
import { OF_FILES } from './ofFiles.ts'
import { OF_RUNS } from './ofRuns.ts'

/**
 * All events, by `type`. lib/schema/event.json and the table in SPEC.md are generated from it; at run time only its
 * types are imported.
 */
export const EventSchema = Type.Union([...OF_RUNS, ...OF_FILES, ...OF_COLLECTIONS, ...OF_ARCHIVES], {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:elysiactl:schema:event:1',
  title: 'elysiactl event',
  description:
    'Something that happens while a job runs. `type` says what. New versions may add types and fields.',
})

/** Something that happens while a job runs; `type` tells its shape. */
export type RunEvent = Static<typeof EventSchema>
