import { backupJob, type FindArchive } from '../../library.ts'
import { backupRoot, type CatalogContext, useCatalog } from '../catalog.ts'

/** Finds archives by their id: in the catalog, otherwise below the backup root. */
export async function archiveFinder(context: CatalogContext): Promise<FindArchive> {
  const { openArchive, findBelow, directoryStorage } = await backupJob()
  const below = findBelow([backupRoot(context)])
  return async (id) => {
    const known = await useCatalog(context, (catalog) => catalog.find(id)).catch(() => undefined)
    if (known !== undefined && known.status !== 'deleted' && known.shape === 'directory') {
      const archive = await openArchive(directoryStorage(known.location)).catch(() => undefined)
      if (archive?.manifest.id === id) return archive
    }
    return below(id)
  }
}
