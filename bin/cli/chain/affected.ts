import { type ArchiveRecord, ElysiaError, loadCatalog, pluralize } from '../../library.ts'
import { type CatalogContext, useCatalog } from '../catalog.ts'

const MOST_NAMED = 5

/** The archives that cannot be restored because this one is damaged: all increments based on it, directly or not. */
export async function affectedArchives(
  context: CatalogContext,
  id: string,
): Promise<readonly ArchiveRecord[]> {
  const { descendantsOf } = await loadCatalog()
  return useCatalog(context, (catalog) => {
    const archive = catalog.find(id)
    return archive === undefined ? [] : descendantsOf(catalog, id, archive.collection)
  }).catch(() => [])
}

/** The affected archives as a sentence; undefined if there are none. */
export function affectedText(id: string, affected: readonly ArchiveRecord[]): string | undefined {
  if (affected.length === 0) return undefined
  const names = affected.slice(0, MOST_NAMED).map((one) => one.id)
  const more = affected.length > MOST_NAMED ? ', …' : ''
  return `${id} spoils ${pluralize(affected.length, 'later archive')}: ${names.join(', ')}${more}`
}

/** The damaged archive according to an error: a link of a chain, or `archive` itself; undefined for other errors. */
export function damagedIn(error: unknown, archive: string | undefined): string | undefined {
  if (!(error instanceof ElysiaError) || error.code !== 'ELYSIA_DAMAGED') return undefined
  const { link } = error as { readonly link?: unknown }
  return typeof link === 'string' ? link : archive
}
