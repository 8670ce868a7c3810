import { existsSync } from 'node:fs'
import type { Manifest } from '../archive/manifest.ts'
import type { Catalog } from './catalog.ts'
import { inspectArchive } from './inspect.ts'
import { type ArchiveRecord, detailsOf, type NewArchive } from './record.ts'

/**
 * The location of the archive that already has the id of an archive found elsewhere, such as a copy. Undefined if the
 * id is free, or its archive was moved here: then it is gone from its old place, while its root still exists, and the
 * manifest found here says the same.
 */
export async function locationOfId(
  catalog: Catalog,
  found: NewArchive | Manifest,
  path: string,
): Promise<string | undefined> {
  const known = catalog.find(found.id)
  if (known === undefined || known.status === 'deleted' || known.location === path) return undefined
  return (await wasMovedFrom(catalog, known, found)) ? undefined : known.location
}

async function wasMovedFrom(
  catalog: Catalog,
  record: ArchiveRecord,
  candidate: NewArchive | Manifest,
): Promise<boolean> {
  if (!existsSync(record.root)) return false
  const inspection = await inspectArchive(record, catalog.storageAt)
  const isGone =
    inspection.found === 'nothing' ||
    inspection.found === 'directory' ||
    (inspection.found === 'other' && inspection.id !== undefined)
  return isGone && isSame(catalog, record, candidate)
}

function isSame(catalog: Catalog, record: ArchiveRecord, candidate: NewArchive | Manifest): boolean {
  const { manifest } = catalog.get(record.id)
  if (manifest !== undefined)
    return 'totals' in candidate && JSON.stringify(manifest) === JSON.stringify(detailsOf(candidate))
  const { collection, cluster, started } = record
  return (
    candidate.collection === collection &&
    candidate.source.target === cluster &&
    Date.parse(candidate.started) === Date.parse(started)
  )
}
