import { lstat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { JOURNAL_FILE, MANIFEST_COPY_FILE, MANIFEST_FILE, SCHEMA_FILE } from '../../archive/files.ts'
import type { Storage } from '../../archive/storage/storage.ts'
import { annotationsAt, readAnnotations } from '../../catalog/annotations.ts'
import type { Catalog } from '../../catalog/catalog.ts'
import { type Inspection, inspectArchive } from '../../catalog/inspect.ts'
import { entriesOf, isLeftover, isOwnPart, removeEmptyDirectories } from '../../catalog/ownFiles.ts'
import type { ArchiveRecord } from '../../catalog/record.ts'
import { DELETING_FILE } from '../../catalog/scan.ts'
import { ElysiaError, messageOf } from '../../core/errors.ts'
import { failpoint } from '../../core/failpoint.ts'

/** What the removal of an archive left behind in its place. */
export interface RemovalRest {
  /** The first files that do not belong to the archive; they stay, and so does the directory. */
  readonly unknownFiles: readonly string[]
}

const MAX_STRANGERS = 10

/**
 * Removes an archive, in steps that can be repeated from any point: its row says `deleting`; its manifest is copied to
 * manifest.deleting.json, and manifest.json is removed; then the copy, the parts, the files beside them, and
 * manifest.deleting.json; then its row becomes history.
 *
 * Before that, the files themselves must prove to be this archive: by a complete manifest, the header of a file, a
 * journal, or the manifest of a removal that was begun. Removes only files that the archive names, or that archives
 * have: regular files, with no link in their path.
 *
 * The manifest is removed before the parts, although it would naturally come last: a directory with a manifest but
 * without some parts would look like a complete archive to anyone who restores it by its path, or rebuilds a lost
 * catalog. Last comes manifest.deleting.json, which has the same content and the opposite meaning, so that a rebuilt
 * catalog knows what was being removed.
 * @throws ElysiaError ELYSIA_CONFLICT, with nothing touched, if something else is in its place; ELYSIA_STATE
 */
export async function removeArchive(catalog: Catalog, archive: ArchiveRecord): Promise<RemovalRest> {
  try {
    return await remove(catalog, archive)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    throw new ElysiaError('ELYSIA_STATE', `${archive.location} cannot be removed: ${messageOf(error)}`, {
      cause: error,
      hint: 'check its owner, its mode and what is in it; the next cleanup finishes the removal',
    })
  }
}

async function remove(catalog: Catalog, archive: ArchiveRecord): Promise<RemovalRest> {
  const { id } = archive
  const inspection = await inspectArchive(archive, catalog.storageAt)
  const work = removalOf(catalog, archive, inspection)
  if (work === undefined) {
    catalog.markDeleted(id, 'it was gone when it was to be removed')
    return { unknownFiles: [] }
  }
  catalog.markDeleting(id)
  failpoint('cleanup.after-row')
  const removal = await work()
  failpoint('cleanup.before-tombstone')
  catalog.markDeleted(id)
  return removal
}

/** The remaining steps; undefined if the archive is already gone. @throws ElysiaError ELYSIA_CONFLICT */
function removalOf(
  catalog: Catalog,
  archive: ArchiveRecord,
  inspection: Inspection,
): (() => Promise<RemovalRest>) | undefined {
  const isBegun = archive.status === 'deleting'
  switch (inspection.found) {
    case 'nothing':
      return undefined
    case 'file':
      return () => removeFile(catalog, archive, inspection)
    case 'archive': {
      const { parts, index = [] } = inspection.manifest
      const named = new Set([...parts, ...index].map(({ file }) => file))
      return () => removeDirectory(catalog, archive, named, inspection.text)
    }
    case 'unfinished': {
      const named = new Set(inspection.parts.map(({ file }) => file))
      return () => removeDirectory(catalog, archive, named)
    }
    case 'directory':
      // Its last file is gone: only its directory is left.
      if (isBegun) return () => leave(archive.location)
      throw conflict(archive, 'holds no archive any more')
    case 'other':
      if (isBegun && inspection.id !== undefined) return undefined
      throw conflict(archive, inspection.fact)
  }
}

/** One unlink is a single step: no marker is needed. */
async function removeFile(
  catalog: Catalog,
  archive: ArchiveRecord,
  { ino, dev }: { readonly ino: number; readonly dev: number },
): Promise<RemovalRest> {
  const { location } = archive
  const beside = annotationsAt(archive, catalog.storageAt)
  const isAnnotated = await hasAnnotations(catalog, archive)
  const now = await lstat(location)
  if (now.ino !== ino || now.dev !== dev) throw conflict(archive, 'was just replaced')
  await catalog.storageAt(dirname(location)).remove(basename(location))
  failpoint('cleanup.after-file')
  if (isAnnotated) await beside.storage.remove(beside.name)
  return { unknownFiles: [] }
}

/** `manifest` is its text; absent for an unfinished backup. */
async function removeDirectory(
  catalog: Catalog,
  archive: ArchiveRecord,
  named: ReadonlySet<string>,
  manifest?: string,
): Promise<RemovalRest> {
  const { location } = archive
  const storage = catalog.storageAt(location)
  const isAnnotated = await hasAnnotations(catalog, archive)
  if (manifest !== undefined) await markPlace(storage, manifest)
  await removeRegular(storage, MANIFEST_FILE)
  failpoint('cleanup.after-manifest')
  await removeRegular(storage, MANIFEST_COPY_FILE)
  failpoint('cleanup.before-parts')
  for await (const { name, kind } of entriesOf(location)) {
    if (kind !== 'file') continue
    if (isOwnPart(name, named, manifest === undefined)) {
      await storage.remove(name)
      failpoint('cleanup.after-part')
    } else if (isLeftover(name, named)) await storage.remove(name)
  }
  await removeRegular(storage, SCHEMA_FILE)
  if (isAnnotated) await removeRegular(storage, annotationsAt(archive, catalog.storageAt).name)
  await removeEmptyDirectories(location)
  // Without a manifest, only the journal says whose backup it is: it goes last.
  await removeRegular(storage, JOURNAL_FILE)
  failpoint('cleanup.before-marker')
  await removeRegular(storage, DELETING_FILE)
  failpoint('cleanup.before-directory')
  return leave(location)
}

/** Writes the marker of a removal, which holds the manifest. An existing one is of this archive, and just as good. */
async function markPlace(storage: Storage, manifest: string): Promise<void> {
  if (
    (await storage.bytes(MANIFEST_FILE)) === undefined &&
    (await storage.bytes(DELETING_FILE)) !== undefined
  )
    return
  const upload = await storage.create(DELETING_FILE)
  try {
    await pipeline([manifest], upload.stream)
    await upload.commit()
  } catch (error) {
    await upload.discard()
    throw error
  }
  failpoint('cleanup.after-marker')
}

/** A file that is no annotations, or another archive's, is not ours to remove. */
async function hasAnnotations(catalog: Catalog, archive: ArchiveRecord): Promise<boolean> {
  try {
    return (await readAnnotations(archive, archive.id, catalog.storageAt)) !== undefined
  } catch (error) {
    if (error instanceof ElysiaError && error.code === 'ELYSIA_DAMAGED') return false
    throw error
  }
}

async function removeRegular(storage: Storage, name: string): Promise<void> {
  if ((await storage.bytes(name)) !== undefined) await storage.remove(name)
}

/** Removes empty directories; reports what does not belong to the archive. */
async function leave(location: string): Promise<RemovalRest> {
  await removeEmptyDirectories(location)
  const unknownFiles: string[] = []
  for await (const { name } of entriesOf(location)) {
    unknownFiles.push(name)
    if (unknownFiles.length === MAX_STRANGERS) break
  }
  return { unknownFiles }
}

function conflict({ location, id }: ArchiveRecord, fact: string): ElysiaError {
  return new ElysiaError('ELYSIA_CONFLICT', `${location} ${fact}: nothing of it was removed`, {
    hint: `check it: if ${id} is gone, \`elysiactl col catalog rebuild DIR\` brings the catalog up to date`,
  })
}
