import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { manifestFile, openArchive } from '../archive/archive.ts'
import { MANIFEST_COPY_FILE } from '../archive/files.ts'
import { readJournal } from '../archive/journal.ts'
import type { Manifest } from '../archive/manifest.ts'
import { manifestReader } from '../archive/manifestText.ts'
import { readSingle } from '../archive/single.ts'
import { ElysiaError, messageOf } from '../errors.ts'
import { readAnnotations } from './annotations.ts'
import type { Catalog } from './index.ts'
import type { Location, Placed } from './record.ts'
import { DELETING_FILE, type Found, scanRoot } from './scan.ts'

/** What a look through a root found. */
export interface RebuildReport {
  readonly root: string
  readonly complete: number
  readonly partial: number
  /** Removals that were begun. */
  readonly deleting: number
  /** Archives that the catalog knew there, and that are gone. */
  readonly gone: number
  /** What could not be read, and so is not listed. */
  readonly unreadable: readonly { readonly path: string; readonly message: string }[]
}

/** What one archive means for the catalog, to be done within a transaction. */
type Entry = () => void

// A commit is synced: one for so many archives.
const TOGETHER = 200

/**
 * Brings the catalog up to date with what lies below a directory, or is it: manifests are the truth, annotations
 * beside them keep pins, tags, notes and verifications. Single files are read to their end, where their manifest is. What the
 * catalog knew there and is gone becomes history. `root` is what the archives there are locked by.
 * @throws ElysiaError ELYSIA_NOT_FOUND where the directory is not there
 */
export async function rebuildRoot(
  catalog: Catalog,
  directory: string,
  { signal, root = directory }: { readonly signal?: AbortSignal; readonly root?: string } = {},
): Promise<RebuildReport> {
  const counts = { complete: 0, partial: 0, deleting: 0 }
  const unreadable: { path: string; message: string }[] = []
  const seen = new Set<string>()
  const entries: Entry[] = []
  const flush = () => catalog.together(() => entries.splice(0).forEach((enter) => void enter()))
  for await (const found of scanRoot(directory)) {
    signal?.throwIfAborted()
    try {
      const entry = await entryOf(catalog, root, found, signal)
      if (entry === undefined) continue
      entries.push(entry)
      counts[found.state] += 1
      seen.add(found.path)
      if (entries.length >= TOGETHER) flush()
    } catch (error) {
      if (!(error instanceof ElysiaError)) throw error
      unreadable.push({ path: found.path, message: messageOf(error) })
      seen.add(found.path)
    }
  }
  flush()
  catalog.addRoot(root)
  return { root: directory, ...counts, gone: forgetGone(catalog, directory, seen), unreadable }
}

/** Undefined for a file that is no archive. */
async function entryOf(
  catalog: Catalog,
  root: string,
  found: Found,
  signal?: AbortSignal,
): Promise<Entry | undefined> {
  const where: Location = { root, location: found.path, shape: found.shape }
  if (found.state === 'partial') {
    const unfinished = await readJournal(catalog.placeAt(found.path))
    if (unfinished === undefined) throw new ElysiaError('ELYSIA_DAMAGED', 'its journal holds no plan')
    return () => catalog.record(unfinished.plan, where, 'partial', 'it did not come to its end')
  }
  const manifest = await manifestIn(catalog, found, signal)
  if (manifest === undefined) return undefined
  const placed = await placedAt(where)
  const annotations = await readAnnotations(where, manifest.id, catalog.placeAt)
  return () => {
    catalog.upsert(manifest, placed, annotations)
    if (found.state === 'deleting') catalog.markDeleting(manifest.id)
  }
}

async function placedAt(where: Location): Promise<Placed> {
  return where.shape === 'file' ? { ...where, bytes: (await stat(where.location)).size } : where
}

async function manifestIn(
  catalog: Catalog,
  { path, shape, state }: Found,
  signal?: AbortSignal,
): Promise<Manifest | undefined> {
  if (shape === 'file') return singleManifest(path, signal)
  const place = catalog.placeAt(path)
  const manifestOf = await manifestReader()
  if (state === 'deleting') {
    return manifestOf(await text(await place.read(DELETING_FILE)), `${path}/${DELETING_FILE}`)
  }
  try {
    return (await openArchive(place)).manifest
  } catch (error) {
    const isDamaged = error instanceof ElysiaError && error.code === 'ELYSIA_DAMAGED'
    if (!isDamaged || (await place.bytes(MANIFEST_COPY_FILE)) === undefined) throw error
    return manifestOf(await manifestFile(place, MANIFEST_COPY_FILE), `${path}/${MANIFEST_COPY_FILE}`)
  }
}

/** The manifest of a single file; undefined where it is something else of that name. */
async function singleManifest(path: string, signal?: AbortSignal): Promise<Manifest | undefined> {
  const source = createReadStream(path)
  const archive = await readSingle(source).catch((error: unknown) => {
    source.destroy()
    if (error instanceof ElysiaError && /does not begin/.test(error.message)) return undefined
    throw error
  })
  if (archive === undefined) return undefined
  const nowhere = new Writable({ objectMode: true, write: (_, __, done) => done() })
  await pipeline(archive.pages, nowhere, signal ? { signal } : {})
  return archive.manifest()
}

function forgetGone(catalog: Catalog, directory: string, seen: ReadonlySet<string>): number {
  const gone = catalog.below(directory).filter(({ location }) => !seen.has(location))
  for (const { id } of gone) catalog.markDeleted(id, 'it was gone when the catalog was rebuilt')
  return gone.length
}
