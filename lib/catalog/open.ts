import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ElysiaError } from '../core/errors.ts'
import type { RunEvent } from '../run/event/schema.ts'
import type { StorageAt } from './annotations.ts'
import { Catalog } from './catalog.ts'
import { IndexDamaged, moveAside } from './database/database.ts'
import { readRoots, writeRoots } from './roots.ts'

/** Where a catalog is, and what it reports. */
export interface CatalogOptions {
  /** The SQLite file; `backup-roots.json`, the list of known roots, is beside it. */
  readonly file: string
  /** The directory of archives that were made without a destination: also searched if the catalog is lost. */
  readonly defaultRoot?: string
  /** Called when a lost or damaged catalog was rebuilt, and about failures. */
  readonly onEvent?: (event: RunEvent) => void
  /** If there is no file and nothing to list: `make` one (the default), or use an empty one in `memory`. */
  readonly missing?: 'make' | 'memory'
  readonly storageAt?: StorageAt
  readonly signal?: AbortSignal
}

/**
 * Opens the catalog. If its file is missing, or damaged (then it is moved aside), it is rebuilt from the manifests
 * below the known roots; without known roots it is empty.
 * @throws ElysiaError ELYSIA_STATE, ELYSIA_LOCKED, ELYSIA_CONFLICT if a newer elysiactl made it
 */
export async function openCatalog(options: CatalogOptions): Promise<Catalog> {
  const { file, onEvent } = options
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0) {
    try {
      return catalogAt(options)
    } catch (error) {
      if (!(error instanceof IndexDamaged)) throw error
      onEvent?.(movedAside(error, file))
    }
  }
  const roots = rootsThere(options)
  const isEmpty = roots.length === 0 && options.missing === 'memory'
  const catalog = catalogAt(isEmpty ? { ...options, file: ':memory:' } : options)
  try {
    await takeIn(catalog, roots, options)
    return catalog
  } catch (error) {
    catalog.close()
    throw error
  }
}

/**
 * Opens the catalog, does some work, and closes it. If damage shows only during the work, the catalog is rebuilt and
 * the work is done again, so it must be repeatable.
 */
export async function withCatalog<T>(
  options: CatalogOptions,
  work: (catalog: Catalog) => Promise<T> | T,
): Promise<T> {
  const catalog = await openCatalog(options)
  try {
    return await work(catalog)
  } catch (error) {
    if (!(error instanceof IndexDamaged)) throw error
    catalog.close()
    options.onEvent?.(movedAside(error, options.file))
  } finally {
    catalog.close()
  }
  const anew = await openCatalog(options)
  try {
    return await work(anew)
  } finally {
    anew.close()
  }
}

function movedAside(error: ElysiaError, file: string): RunEvent {
  return { type: 'catalog_moved_aside', error: failure(error), path: moveAside(file) }
}

function failure({ code, message }: ElysiaError) {
  return { code, message }
}

function catalogAt({ file, onEvent, storageAt }: CatalogOptions): Catalog {
  return new Catalog(file, {
    onRoots: (roots) => {
      // Roots known before a catalog was lost stay known.
      const known = new Set([...readRoots(rootsFile(file)), ...roots])
      writeRoots(rootsFile(file), [...known])
    },
    ...(onEvent && { onEvent }),
    ...(storageAt && { storageAt }),
  })
}

function rootsFile(file: string): string {
  return join(dirname(file), 'backup-roots.json')
}

/** The known roots that exist. */
function rootsThere({ file, defaultRoot }: CatalogOptions): string[] {
  const all = [...readRoots(rootsFile(file)), ...(defaultRoot === undefined ? [] : [defaultRoot])]
  return [...new Set(all)].filter(existsSync)
}

async function takeIn(
  catalog: Catalog,
  roots: readonly string[],
  { onEvent, signal }: CatalogOptions,
): Promise<void> {
  if (roots.length === 0) return
  const { rebuildRoot } = await import('./rebuild.ts')
  let archives = 0
  for (const root of roots) {
    try {
      const { complete, partial, unreadable } = await rebuildRoot(catalog, root, signal && { signal })
      archives += complete + partial
      for (const { path, message } of unreadable)
        onEvent?.({ type: 'archive_unreadable', path, reason: message })
    } catch (error) {
      if (!(error instanceof ElysiaError) || !['ELYSIA_NOT_FOUND', 'ELYSIA_STATE'].includes(error.code))
        throw error
      if (error instanceof IndexDamaged) throw error
      onEvent?.({ type: 'root_unreadable', root, error: failure(error) })
    }
  }
  if (archives > 0) onEvent?.({ type: 'catalog_rebuilt', archives, roots: [...roots] })
}
