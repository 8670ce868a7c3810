import {
  archiveDocument,
  archivesDocument,
  backupDocument,
  cleanupDocument,
  deleteDocument,
  locksDocument,
  rebuildDocument,
  restoreDocument,
  rollbackDocument,
  undosDocument,
  verificationsDocument,
} from './archives.ts'
import { diffDocument } from './diff.ts'
import {
  aliasDocument,
  collectionsDocument,
  createdDocument,
  errorDocument,
  removalDocument,
  settingsDocument,
  statusDocument,
  validationDocument,
} from './others.ts'

/** The schemas of what --json prints, by the name that `format schema` takes; reports of ingests are `report`. */
export const DOCUMENTS = {
  status: statusDocument,
  validation: validationDocument,
  collections: collectionsDocument,
  removal: removalDocument,
  alias: aliasDocument,
  backup: backupDocument,
  restore: restoreDocument,
  rollback: rollbackDocument,
  delete: deleteDocument,
  undos: undosDocument,
  archives: archivesDocument,
  archive: archiveDocument,
  verifications: verificationsDocument,
  cleanup: cleanupDocument,
  diff: diffDocument,
  rebuild: rebuildDocument,
  locks: locksDocument,
  settings: settingsDocument,
  created: createdDocument,
  error: errorDocument,
}
