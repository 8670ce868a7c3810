export { readableText } from '../lib/archive/objectLine.ts'
export type { Change } from '../lib/catalog/annotations.ts'
export * from '../lib/catalog/catalogOptions.ts'
export type { CleanupReport } from '../lib/catalog/cleanup.ts'
export { coverageText } from '../lib/catalog/coverage.ts'
export type { Catalog } from '../lib/catalog/index.ts'
export type { RootLock } from '../lib/catalog/lock.ts'
export type { RebuildReport } from '../lib/catalog/rebuild.ts'
export type { ArchiveDetails, ArchiveRecord } from '../lib/catalog/record.ts'
export type { GroupPlan, KeptArchive, RemovedArchive } from '../lib/catalog/retention.ts'
export * from '../lib/catalog/retentionOptions.ts'
export type { UnlockedLock } from '../lib/catalog/unlock.ts'
export { classNameOf } from '../lib/change/collectionName.ts'
export { isReference } from '../lib/classSchema.ts'
export * from '../lib/config/access.ts'
export * from '../lib/config/paths.ts'
export * from '../lib/config/settings.ts'
export * from '../lib/errors.ts'
export type { BackupCircumstances } from '../lib/job/backup/backup.ts'
export * from '../lib/job/backup/options.ts'
export type { BackupReport } from '../lib/job/backup/report.ts'
export { requireUsable } from '../lib/job/ingest/flow.ts'
export * from '../lib/job/ingest/ingest.ts'
export * from '../lib/job/ingest/input.ts'
export * from '../lib/job/ingest/options.ts'
export type { ValidationCounts } from '../lib/job/ingest/validateInput.ts'
export * from '../lib/job/ingest/validateOptions.ts'
export * from '../lib/job/journal.ts'
export { aliasText, findNamed } from '../lib/job/named.ts'
export * from '../lib/job/notice.ts'
export * from '../lib/job/restore/options.ts'
export type { RestoreReport } from '../lib/job/restore/report.ts'
export type { RestoreCircumstances } from '../lib/job/restore/restore.ts'
export type { RestoreSource } from '../lib/job/restore/source.ts'
export * from '../lib/job/runOptions.ts'
export * from '../lib/job/state.ts'
export * from '../lib/job/verify/options.ts'
export type { VerifyReport } from '../lib/job/verify/verify.ts'
export { forgetTaken } from '../lib/job/watch/log.ts'
export * from '../lib/job/watch/options.ts'
export type { WatchReport } from '../lib/job/watch/report.ts'
export type { WatchCircumstances } from '../lib/job/watch/watch.ts'
export * from '../lib/nearest.ts'
export * from '../lib/object.ts'
export * from '../lib/options.ts'
export * from '../lib/optionTable.ts'
export * from '../lib/outcome.ts'
export * from '../lib/reject.ts'
export * from '../lib/report.ts'
export { masked } from '../lib/secrets.ts'
export * from '../lib/store/store.ts'
export * from '../lib/store/target.ts'
export * from '../lib/store/targetOptions.ts'
export { ofInput } from '../lib/stream/foreignInput.ts'
export * from '../lib/units.ts'

/** The job of `col backup`, loaded only when it is called: no other command pays for it. */
export const backupJob = () => import('../lib/job/backup/door.ts')

/** The job of `col restore`, likewise. */
export const restoreJob = () => import('../lib/job/restore/door.ts')

/** The job of `index watch`, loaded only when it is called: no other command pays for it. */
export const watchJob = () => import('../lib/job/watch/watch.ts')

/** The job of `index validate`, likewise. */
export const validateJob = () => import('../lib/job/ingest/validateInput.ts')

/** The job of `col catalog verify`, likewise. */
export const verifyJob = () => import('../lib/job/verify/door.ts')

/** What `col catalog` works with, loaded only when one of its commands is called. */
export const catalogDoor = () => import('../lib/catalog/door.ts')

/** What reads manifests for `col catalog rebuild`, which the others need not. */
export const rebuildDoor = () => import('../lib/catalog/rebuild.ts')
