import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { manifestFile, openArchive } from '../archive/archive.ts'
import { MANIFEST_COPY_FILE } from '../archive/files.ts'
import { readJournal } from '../archive/journal.ts'
import type { Manifest } from '../archive/manifest.ts'
import { manifestReader } from '../archive/manifestFile.ts'
import { NoSingleArchive, readSingle } from '../archive/single/read.ts'
import { ElysiaError, messageOf } from '../core/errors.ts'
import { insideCheck } from '../file/insideDirectory.ts'
import { type Annotations, annotationsAt, readAnnotations } from './annotations.ts'
import type { Catalog } from './catalog.ts'
import { IndexDamaged } from './database/database.ts'
import type { UnreadablePath } from './database/unreadablePaths.ts'
import { locationOfId } from './idLocation.ts'
import { parseNewArchive } from './newArchive.ts'
import type { ArchivePlace, Location, NewArchive } from './record.ts'
import { DELETING_FILE, type ScannedArchive, scanRoot, type UnreadableDirectory } from './scan.ts'

/** The result of searching a root. */
export interface RebuildReport {
  readonly root: string
  readonly complete: number
  readonly partial: number
  /** Removals that had started. */
  readonly deleting: number
  /** Archives in the catalog that are gone. */
  readonly gone: number
  /** Archives that could not be read, listed only here. */
  readonly unreadable: readonly UnreadablePath[]
  /** Archives with the same id as the archive at `known`; they are not added. */
  readonly copies: readonly { readonly path: string; readonly id: string; readonly known: string }[]
}

/** An archive that was found, and its change to the catalog. */
interface Entry {
  readonly path: string
  readonly state: ScannedArchive['state']
  /** Call it within a transaction. */
  readonly apply: () => void
}

// How many archives share one transaction, because each commit is synced.
const TOGETHER = 200

/**
 * Updates the catalog with the archives in a directory, or with the archive that it is: manifests are the truth;
 * annotations beside them keep pins, tags, notes and verifications. Reads single files to their end, which holds the
 * manifest. Archives of the catalog that are gone become history. `root` is the root that archives there are locked
 * by. A bad file is reported, and stops nothing.
 * @throws ElysiaError ELYSIA_NOT_FOUND if the directory does not exist
 */
export async function rebuildRoot(
  catalog: Catalog,
  directory: string,
  { signal, root = directory }: { readonly signal?: AbortSignal; readonly root?: string } = {},
): Promise<RebuildReport> {
  const work = new Rebuild(catalog, root, signal)
  for await (const scanned of scanRoot(directory)) {
    signal?.throwIfAborted()
    await work.take(scanned)
  }
  return work.end(directory)
}

class Rebuild {
  readonly #catalog: Catalog
  readonly #root: string
  readonly #signal: AbortSignal | undefined
  readonly #counts = { complete: 0, partial: 0, deleting: 0 }
  readonly #unreadable: UnreadablePath[] = []
  readonly #copies: { path: string; id: string; known: string }[] = []
  readonly #seen = new Set<string>()
  readonly #ids = new Map<string, string>()
  #entries: Entry[] = []

  constructor(catalog: Catalog, root: string, signal: AbortSignal | undefined) {
    this.#catalog = catalog
    this.#root = root
    this.#signal = signal
  }

  async take(scanned: ScannedArchive | UnreadableDirectory): Promise<void> {
    if (scanned.state === 'unreadable') return this.#refuse(scanned.path, scanned.message)
    try {
      const entry = await this.#entryOf(scanned)
      if (entry === undefined) return
      this.#entries.push(entry)
      if (this.#entries.length >= TOGETHER) this.#flush()
    } catch (error) {
      this.#signal?.throwIfAborted()
      if (isOfCatalog(error)) throw error
      this.#refuse(scanned.path, messageOf(error))
    }
  }

  end(directory: string): RebuildReport {
    this.#flush()
    this.#catalog.addRoot(this.#root)
    const gone = this.#forgetGone(directory)
    this.#catalog.unreadable.replace(directory, this.#unreadable)
    const { complete, partial, deleting } = this.#counts
    return {
      ...{ root: directory, complete, partial, deleting, gone },
      ...{ unreadable: this.#unreadable, copies: this.#copies },
    }
  }

  #refuse(path: string, message: string): void {
    this.#unreadable.push({ path, message })
    this.#seen.add(path)
  }

  #flush(): void {
    const entries = this.#entries
    this.#entries = []
    this.#catalog.together(() => {
      for (const { path, state, apply } of entries) {
        apply()
        this.#counts[state] += 1
        this.#seen.add(path)
      }
    })
  }

  /** Undefined for a file that is not an archive, and for an archive with the id of another. */
  async #entryOf(scanned: ScannedArchive): Promise<Entry | undefined> {
    const { path, shape, state } = scanned
    const where: Location = { root: this.#root, location: path, shape }
    if (state === 'partial') {
      const plan = parseNewArchive((await readJournal(this.#catalog.storageAt(path)))?.plan)
      if (await this.#isCopy(plan, path)) return undefined
      const apply = () => this.#catalog.record(plan, where, 'partial', 'it did not come to its end')
      return { path, state, apply }
    }
    const manifest = await manifestIn(this.#catalog, scanned, this.#signal)
    if (manifest === undefined || (await this.#isCopy(manifest, path))) return undefined
    const placed = await placedAt(where)
    const annotations = await this.#annotations(where, manifest.id)
    const apply = () => {
      this.#catalog.upsert(manifest, placed, annotations)
      if (state === 'deleting') this.#catalog.markDeleting(manifest.id)
    }
    return { path, state, apply }
  }

  async #isCopy(found: NewArchive | Manifest, path: string): Promise<boolean> {
    const known = this.#ids.get(found.id) ?? (await locationOfId(this.#catalog, found, path))
    if (known === undefined) this.#ids.set(found.id, path)
    else {
      this.#copies.push({ path, id: found.id, known })
      this.#seen.add(path)
    }
    return known !== undefined
  }

  /** Reports bad ones; the catalog keeps what it remembers of them. */
  async #annotations(where: Location, id: string): Promise<Annotations | undefined> {
    try {
      return await readAnnotations(where, id, this.#catalog.storageAt)
    } catch (error) {
      if (!(error instanceof ElysiaError) || error.code !== 'ELYSIA_DAMAGED') throw error
      const { storage, name } = annotationsAt(where, this.#catalog.storageAt)
      this.#refuse(`${storage.text}/${name}`, messageOf(error))
      return undefined
    }
  }

  /** Archives in a directory that could not be read may still exist. */
  #forgetGone(directory: string): number {
    const unlooked = this.#unreadable.map(({ path }) => insideCheck(path))
    const gone = this.#catalog
      .below(directory)
      .filter(({ location }) => !this.#seen.has(location) && !unlooked.some((isBelow) => isBelow(location)))
    for (const { id } of gone) this.#catalog.markDeleted(id, 'it was gone when the catalog was rebuilt')
    return gone.length
  }
}

/** True for an error of the catalog itself, not of the files there. */
function isOfCatalog(error: unknown): boolean {
  return error instanceof IndexDamaged || (error instanceof ElysiaError && error.code === 'ELYSIA_LOCKED')
}

async function placedAt(where: Location): Promise<ArchivePlace> {
  return where.shape === 'file' ? { ...where, bytes: (await stat(where.location)).size } : where
}

async function manifestIn(
  catalog: Catalog,
  { path, shape, state }: ScannedArchive,
  signal?: AbortSignal,
): Promise<Manifest | undefined> {
  if (shape === 'file') return singleManifest(path, signal)
  const storage = catalog.storageAt(path)
  const manifestOf = await manifestReader()
  if (state === 'deleting') {
    return manifestOf(await manifestFile(storage, DELETING_FILE), `${path}/${DELETING_FILE}`)
  }
  try {
    return (await openArchive(storage)).manifest
  } catch (error) {
    const isDamaged = error instanceof ElysiaError && error.code === 'ELYSIA_DAMAGED'
    if (!isDamaged || (await storage.bytes(MANIFEST_COPY_FILE)) === undefined) throw error
    return manifestOf(await manifestFile(storage, MANIFEST_COPY_FILE), `${path}/${MANIFEST_COPY_FILE}`)
  }
}

/** The manifest of a single file; undefined if the file is something else. */
async function singleManifest(path: string, signal?: AbortSignal): Promise<Manifest | undefined> {
  const source = createReadStream(path)
  const archive = await readSingle(source).catch((error: unknown) => {
    source.destroy()
    if (error instanceof NoSingleArchive) return undefined
    throw error
  })
  if (archive === undefined) return undefined
  const nowhere = new Writable({ objectMode: true, write: (_, __, done) => done() })
  await pipeline(archive.pages, nowhere, signal ? { signal } : {})
  return archive.manifest()
}
