import { alertCheckDocument, alertTestDocument } from './alerts.ts'
import {
  archiveDocument,
  archivesDocument,
  cleanupDocument,
  compactionDocument,
  locksDocument,
  rebuildDocument,
  verificationsDocument,
} from './archives.ts'
import { autoDocument } from './auto.ts'
import { backupDocument } from './backup.ts'
import { copyDocument } from './copy.ts'
import { dashboardDocument } from './dashboard.ts'
import { diffDocument } from './diff.ts'
import { doctorDocument } from './doctor.ts'
import { healthDocument } from './health.ts'
import { metricsDocument } from './metrics.ts'
import { migrationDocument } from './migration.ts'
import {
  historyEntryDocument,
  monitorReportDocument,
  runDocument,
  runsDocument,
  runsTrimmedDocument,
} from './monitor.ts'
import {
  aliasDocument,
  collectionsDocument,
  conformanceDocument,
  createdDocument,
  errorDocument,
  removalDocument,
  settingsDocument,
  statusDocument,
  validationDocument,
} from './others.ts'
import { rehearsalDocument } from './rehearsal.ts'
import { restoreDocument } from './restore.ts'
import { transformTestDocument } from './transforms.ts'
import { deleteDocument, rollbackDocument, undosDocument } from './undo.ts'

/** The schemas of what --json prints, by the name that `format schema` takes; reports of ingests are `report`. */
export const DOCUMENTS = {
  status: statusDocument,
  validation: validationDocument,
  collections: collectionsDocument,
  removal: removalDocument,
  alias: aliasDocument,
  backup: backupDocument,
  restore: restoreDocument,
  copy: copyDocument,
  migration: migrationDocument,
  health: healthDocument,
  rollback: rollbackDocument,
  delete: deleteDocument,
  undos: undosDocument,
  archives: archivesDocument,
  archive: archiveDocument,
  verifications: verificationsDocument,
  rehearsal: rehearsalDocument,
  auto: autoDocument,
  doctor: doctorDocument,
  cleanup: cleanupDocument,
  compaction: compactionDocument,
  diff: diffDocument,
  dashboard: dashboardDocument,
  rebuild: rebuildDocument,
  locks: locksDocument,
  settings: settingsDocument,
  created: createdDocument,
  conformance: conformanceDocument,
  metrics: metricsDocument,
  runs: runsDocument,
  run: runDocument,
  'runs-trimmed': runsTrimmedDocument,
  'history-entry': historyEntryDocument,
  'monitor-report': monitorReportDocument,
  'alert-check': alertCheckDocument,
  'alert-test': alertTestDocument,
  error: errorDocument,
  'transform-test': transformTestDocument,
}
