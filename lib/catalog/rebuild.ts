import { createReadStream } from 'node:fs'
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
import type { Location } from './record.ts'
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

/**
 * Brings the catalog up to date with what lies below a root: manifests are the truth, annotations beside them keep
 * pins, tags, notes and verifications. Single files are read to their end, where their manifest is. What the
 * catalog knew there and is gone becomes history.
 * @throws ElysiaError ELYSIA_NOT_FOUND where the root is not there
 */
export async function rebuildRoot(
  catalog: Catalog,
  root: string,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<RebuildReport> {
  const counts = { complete: 0, partial: 0, deleting: 0 }
  const unreadable: { path: string; message: string }[] = []
  const seen = new Set<string>()
  for await (const found of scanRoot(root)) {
    signal?.throwIfAborted()
    try {
      if (await takeIn(catalog, root, found, signal)) {
        counts[found.state] += 1
        seen.add(found.path)
      }
    } catch (error) {
      if (!(error instanceof ElysiaError)) throw error
      unreadable.push({ path: found.path, message: messageOf(error) })
      seen.add(found.path)
    }
  }
  catalog.addRoot(root)
  return { root, ...counts, gone: forgetGone(catalog, root, seen), unreadable }
}

/** False for a file that is no archive. */
async function takeIn(catalog: Catalog, root: string, found: Found, signal?: AbortSignal): Promise<boolean> {
  const where: Location = { root, location: found.path, shape: found.shape }
  const place = catalog.placeAt(found.path)
  if (found.state === 'partial') {
    const unfinished = await readJournal(place)
    if (unfinished === undefined) throw new ElysiaError('ELYSIA_DAMAGED', 'its journal holds no plan')
    catalog.record(unfinished.plan, where, 'partial', 'it did not come to its end')
    return true
  }
  const manifest = await manifestIn(catalog, found, signal)
  if (manifest === undefined) return false
  catalog.upsert(manifest, where, await readAnnotations(where, manifest.id, catalog.placeAt))
  if (found.state === 'deleting') catalog.markDeleting(manifest.id)
  return true
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

function forgetGone(catalog: Catalog, root: string, seen: ReadonlySet<string>): number {
  const gone = catalog.below(root).filter(({ location }) => !seen.has(location))
  for (const { id } of gone) catalog.markDeleted(id, 'it was gone when the catalog was rebuilt')
  return gone.length
}
