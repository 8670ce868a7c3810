import { existsSync } from 'node:fs'
import type { Manifest } from '../archive/manifest.ts'
import type { Catalog } from './catalog.ts'
import { inspectArchive } from './inspect.ts'
import { type ArchiveRecord, type Begun, detailsOf } from './record.ts'

/**
 * Where the archive lies that an id belongs to already, when another one bears it: a copy, or something foreign.
 * Undefined where the id is free, or its archive was moved here: then it is gone from where it was, though what it lay
 * below is there, and this one says the same as it did.
 */
export async function claimedBy(
  catalog: Catalog,
  found: Begun | Manifest,
  path: string,
): Promise<string | undefined> {
  const known = catalog.find(found.id)
  if (known === undefined || known.status === 'deleted' || known.location === path) return undefined
  return (await wasMovedFrom(catalog, known, found)) ? undefined : known.location
}

async function wasMovedFrom(
  catalog: Catalog,
  known: ArchiveRecord,
  found: Begun | Manifest,
): Promise<boolean> {
  if (!existsSync(known.root)) return false
  const inspection = await inspectArchive(known, catalog.storageAt)
  const isGone =
    inspection.found === 'nothing' ||
    inspection.found === 'directory' ||
    (inspection.found === 'other' && inspection.id !== undefined)
  return isGone && isSame(catalog, known, found)
}

function isSame(catalog: Catalog, known: ArchiveRecord, found: Begun | Manifest): boolean {
  const { manifest } = catalog.get(known.id)
  if (manifest !== undefined)
    return 'totals' in found && JSON.stringify(manifest) === JSON.stringify(detailsOf(found))
  const { collection, cluster, started } = known
  return (
    found.collection === collection &&
    found.source.target === cluster &&
    Date.parse(found.started) === Date.parse(started)
  )
}
