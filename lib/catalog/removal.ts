import { readdir, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { JOURNAL_FILE, MANIFEST_COPY_FILE, MANIFEST_FILE, SCHEMA_FILE } from '../archive/files.ts'
import type { Place } from '../archive/place.ts'
import { ElysiaError } from '../errors.ts'
import { failpoint } from '../failpoint.ts'
import { annotationsAt } from './annotations.ts'
import type { Catalog } from './index.ts'
import type { ArchiveRecord } from './record.ts'
import { DELETING_FILE } from './scan.ts'

/** What the removal of one archive left behind, where it lay. */
export interface Removal {
  /** Files that are not the archive's; they stay, and so does their directory. */
  readonly strangers: readonly string[]
}

/**
 * Removes an archive, in steps that can be repeated from any of them: its row says `deleting`; its manifest is
 * copied to manifest.deleting.json, and manifest.json goes; then the copy, the parts, what lies beside them, and
 * manifest.deleting.json; then its row is history.
 *
 * The manifest goes before the parts, though a plain order would take it last: a directory with a manifest and
 * without some of its parts would be taken for a complete archive by whoever restores it by its path, or rebuilds a
 * lost catalog. What goes last is manifest.deleting.json, which says the same and means the opposite, so that a
 * lost catalog knows again what was being removed.
 * @throws ElysiaError ELYSIA_CONFLICT, with nothing touched, where another archive lies in its place; ELYSIA_STATE
 */
export async function removeArchive(catalog: Catalog, archive: ArchiveRecord): Promise<Removal> {
  const { id, location, shape } = archive
  if (shape === 'directory') await requireSame(catalog.placeAt(location), archive)
  catalog.markDeleting(id)
  failpoint('cleanup.after-row')
  const removal =
    shape === 'directory' ? await removeDirectory(catalog, archive) : await removeFile(catalog, archive)
  failpoint('cleanup.before-tombstone')
  catalog.markDeleted(id)
  return removal
}

/** One unlink is a single step: no marker is needed. */
async function removeFile(catalog: Catalog, { location }: ArchiveRecord): Promise<Removal> {
  const place = catalog.placeAt(dirname(location))
  await place.remove(basename(location))
  failpoint('cleanup.after-file')
  const beside = annotationsAt({ root: '', location, shape: 'file' }, catalog.placeAt)
  await beside.place.remove(beside.name)
  return { strangers: [] }
}

async function removeDirectory(catalog: Catalog, { location }: ArchiveRecord): Promise<Removal> {
  const place = catalog.placeAt(location)
  await markPlace(place)
  await place.remove(MANIFEST_FILE)
  failpoint('cleanup.after-manifest')
  await place.remove(MANIFEST_COPY_FILE)
  failpoint('cleanup.before-parts')
  for (const name of await ownFiles(place)) {
    await place.remove(name)
    failpoint('cleanup.after-part')
  }
  const { name } = annotationsAt({ root: '', location, shape: 'directory' }, catalog.placeAt)
  for (const file of [SCHEMA_FILE, name, JOURNAL_FILE]) await place.remove(file)
  await removeRests(location)
  failpoint('cleanup.before-marker')
  await place.remove(DELETING_FILE)
  failpoint('cleanup.before-directory')
  await rmdir(location).catch(() => {})
  return { strangers: await strangersOf(place) }
}

/** Where there is a manifest, it is what the marker holds; a partial archive has its journal for that. */
async function markPlace(place: Place): Promise<void> {
  if ((await place.bytes(MANIFEST_FILE)) === undefined) return
  const content = await text(await place.read(MANIFEST_FILE))
  const deposit = await place.create(DELETING_FILE)
  try {
    await pipeline([content], deposit.stream)
    await deposit.commit()
  } catch (error) {
    await deposit.discard()
    throw error
  }
  failpoint('cleanup.after-marker')
}

/** Everything below `parts/`, and every file that the manifest names. */
async function ownFiles(place: Place): Promise<string[]> {
  const named = await partsNamed(place)
  const below: string[] = []
  for await (const { name } of place.list('parts')) below.push(name)
  return [...new Set([...named, ...below])]
}

async function partsNamed(place: Place): Promise<string[]> {
  if ((await place.bytes(DELETING_FILE)) === undefined) return []
  try {
    const { manifest } = JSON.parse(await text(await place.read(DELETING_FILE))) as {
      manifest?: { parts?: readonly { file: string }[] }
    }
    return (manifest?.parts ?? []).map(({ file }) => file)
  } catch {
    return []
  }
}

/** @throws ElysiaError ELYSIA_CONFLICT where the manifest there is of another archive */
async function requireSame(place: Place, { id, location }: ArchiveRecord): Promise<void> {
  if ((await place.bytes(MANIFEST_FILE)) === undefined) return
  let there: string | undefined
  try {
    there = (JSON.parse(await text(await place.read(MANIFEST_FILE))) as { manifest?: { id?: string } })
      .manifest?.id
  } catch {
    // A damaged manifest says nothing against it: the row says where the archive lies.
  }
  if (there === undefined || there === id) return
  throw new ElysiaError('ELYSIA_CONFLICT', `${location} holds the archive ${there}, not ${id}`, {
    hint: '`elysiactl col catalog rebuild DIR` brings the catalog up to date',
  })
}

/** Files that were being written when a backup died, and directories that are empty now, from the innermost. */
async function removeRests(directory: string): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) await removeRests(path)
    else if (/\.unfinished-[0-9a-f]{8}$/.test(entry.name)) await rm(path, { force: true })
  }
  await rmdir(directory).catch(() => {})
}

async function strangersOf(place: Place): Promise<string[]> {
  const isThere = await stat(place.text).then(
    () => true,
    () => false,
  )
  const names: string[] = []
  if (isThere) for await (const { name } of place.list()) names.push(name)
  return names
}
