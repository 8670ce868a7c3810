import { ElysiaError } from '../../core/errors.ts'
import { momentOf } from '../../core/moment.ts'
import type { Catalog } from '../catalog.ts'
import type { ArchiveRecord } from '../record.ts'
import { lineageOf } from './lineage.ts'

/**
 * Finds the archive that holds a collection as it was at a time: of those with the same contents as `archive`, the
 * newest that was complete by then and has no known fault. `when` is a moment, or the id of one of them.
 * @throws ElysiaError ELYSIA_NOT_FOUND if there is none, ELYSIA_USAGE if `when` is neither
 */
export function archiveAsOf(
  catalog: Catalog,
  archive: ArchiveRecord,
  when: string,
  now = Date.now(),
): ArchiveRecord {
  const { collection, cluster, holds } = archive
  const all = catalog
    .list({ collection, cluster, status: ['complete'], sort: 'started_at:desc' })
    .filter((one) => one.holds === holds)
  const named = all.find(({ id }) => id === when)
  if (named !== undefined) return named
  const by = momentOf(when, '--as-of', now)
  const match = all.find(
    (one) => (one.finished ?? one.started) <= by && lineageOf(catalog, one).fault === undefined,
  )
  if (match !== undefined) return match
  throw new ElysiaError(
    'ELYSIA_NOT_FOUND',
    `there is no archive of ${collection} that was complete at ${by}`,
    {
      hint: `the oldest is ${all.at(-1)?.id}; \`elysiactl col catalog list --collection ${collection}\` lists them`,
    },
  )
}
