export type { FindArchive } from '../lib/archive/chain/chain.ts'
export { JOURNAL_FILE, MANIFEST_FILE } from '../lib/archive/files.ts'
export { readableText } from '../lib/archive/object/text.ts'
export type { KeptUndo } from '../lib/archive/undo/keptUndo.ts'
export * from '../lib/async/closeAll.ts'
export type { Retry } from '../lib/async/retry.ts'
export type { AnnotationChange } from '../lib/catalog/annotations.ts'
export type { Catalog } from '../lib/catalog/catalog.ts'
export { damageIn } from '../lib/catalog/database/row.ts'
export type { RootLock } from '../lib/catalog/lock/lock.ts'
export type { UnlockedLock } from '../lib/catalog/lock/unlock.ts'
export * from '../lib/catalog/options.ts'
export type { RebuildReport } from '../lib/catalog/rebuild.ts'
export type { ArchiveDetails, ArchiveRecord } from '../lib/catalog/record.ts'
export { coverageText } from '../lib/catalog/retention/coverage.ts'
export * from '../lib/catalog/retention/options.ts'
export type { GroupPlan, KeptArchive, RemovedArchive } from '../lib/catalog/retention/plan.ts'
export { hasKeepRules } from '../lib/catalog/retention/policy.ts'
export { readRoots } from '../lib/catalog/roots.ts'
export { classNameOf } from '../lib/change/collectionName.ts'
export * from '../lib/config/access.ts'
export * from '../lib/config/paths.ts'
export type { Section } from '../lib/config/sections.ts'
export * from '../lib/config/settings.ts'
export * from '../lib/core/errors.ts'
export { exactJson } from '../lib/core/exactJson.ts'
export { momentOf } from '../lib/core/moment.ts'
export * from '../lib/core/object.ts'
export * from '../lib/core/outcome.ts'
export * from '../lib/core/reject.ts'
export * from '../lib/core/report.ts'
export { isReference } from '../lib/core/schema.ts'
export { maskSecrets } from '../lib/core/secrets.ts'
export * from '../lib/core/suggest.ts'
export * from '../lib/core/units.ts'
export type { BackupContext, BackupResult } from '../lib/job/backup/backup.ts'
export * from '../lib/job/backup/options.ts'
export type { BackupReport } from '../lib/job/backup/report.ts'
export type { CleanupReport } from '../lib/job/cleanup/cleanup.ts'
export type { CompactReport } from '../lib/job/compact/report.ts'
export type { ConformanceReport } from '../lib/job/conformance/check.ts'
export * from '../lib/job/conformance/options.ts'
export type { CopyContext } from '../lib/job/copy/copy.ts'
export { followOfCounts } from '../lib/job/copy/follow/facts.ts'
export * from '../lib/job/copy/options.ts'
export type { CopyReport } from '../lib/job/copy/report.ts'
export type { CopySetResult } from '../lib/job/copy/set.ts'
export * from '../lib/job/delete/options.ts'
export type { DeleteReport } from '../lib/job/delete/report.ts'
export type { DeleteContext, DeletePlan } from '../lib/job/delete/run.ts'
export type { Finding } from '../lib/job/diff/finding.ts'
export * from '../lib/job/diff/options.ts'
export type { DiffReport } from '../lib/job/diff/report.ts'
export type { DiffSide } from '../lib/job/diff/side/side.ts'
export type { HealthReport } from '../lib/job/health/report.ts'
export * from '../lib/job/ingest/ingest.ts'
export * from '../lib/job/ingest/input.ts'
export * from '../lib/job/ingest/options.ts'
export { requireUsable } from '../lib/job/ingest/stages.ts'
export type { ValidationCounts } from '../lib/job/ingest/validateInput.ts'
export * from '../lib/job/ingest/validateOptions.ts'
export * from '../lib/job/migrate/options.ts'
export type { MigrateReport } from '../lib/job/migrate/report.ts'
export * from '../lib/job/rehearse/options.ts'
export type { RehearseReport } from '../lib/job/rehearse/report.ts'
export type { Deletions } from '../lib/job/restore/conflict/extraneousIds.ts'
export * from '../lib/job/restore/options.ts'
export * from '../lib/job/restore/planned/options.ts'
export type { Plan } from '../lib/job/restore/planned/plan.ts'
export type { RestoreReport } from '../lib/job/restore/report.ts'
export type { RestoreContext } from '../lib/job/restore/restore.ts'
export type { RestoreSource } from '../lib/job/restore/source/source.ts'
export * from '../lib/job/rollback/options.ts'
export type { RollbackReport } from '../lib/job/rollback/report.ts'
export * from '../lib/job/selection/options.ts'
export type { Selection } from '../lib/job/selection/selection.ts'
export { type FailedMember, failedOf, type MemberResult } from '../lib/job/set/members.ts'
export { isSet } from '../lib/job/set/names.ts'
export type { SetKey } from '../lib/job/set/note.ts'
export { setOptions } from '../lib/job/set/options.ts'
export type { ExampleResult } from '../lib/job/transform/examples.ts'
export * from '../lib/job/transform/options.ts'
export * from '../lib/job/verify/options.ts'
export type { VerifyContext, VerifyReport } from '../lib/job/verify/report.ts'
export { forgetTaken } from '../lib/job/watch/log.ts'
export * from '../lib/job/watch/options.ts'
export type { WatchReport } from '../lib/job/watch/report.ts'
export type {
  AlertEvaluation,
  AlertMessage,
  AlertSettings,
  Delivery,
  FiringAlert,
  HeartbeatRun,
  SinkContext,
  SinkTestResult,
  UndeliveredMessages,
} from '../lib/monitor/alerts/index.ts'
export type { PlannedPolicy } from '../lib/monitor/auto/plannedPolicies.ts'
export type { Policy } from '../lib/monitor/auto/policies.ts'
export type { AutoChild, AutoRun } from '../lib/monitor/auto/run.ts'
export type { DashboardSources } from '../lib/monitor/dashboard/facts.ts'
export { dashboardOptions } from '../lib/monitor/dashboard/options.ts'
export type { Check } from '../lib/monitor/doctor/check.ts'
export type {
  HistoryChoice,
  HistoryEntry,
  HistoryReader,
  HistoryStatus,
  PlaceTraffic,
  Trigger,
} from '../lib/monitor/history/entry.ts'
export type { History } from '../lib/monitor/history/history.ts'
export type { AttemptLog } from '../lib/monitor/history/log/line.ts'
export { historyOptions } from '../lib/monitor/history/options.ts'
export { HISTORY_STATUSES } from '../lib/monitor/history/statuses.ts'
export * from '../lib/monitor/metrics/options.ts'
export type { MetricsServer } from '../lib/monitor/metrics/serve.ts'
export type { MetricsSource } from '../lib/monitor/metrics/source.ts'
export type { Profile } from '../lib/monitor/profile/schema.ts'
export { liveOptions } from '../lib/monitor/progress/options.ts'
export type { RunProgress } from '../lib/monitor/progress/progress.ts'
export type { ProgressState } from '../lib/monitor/progress/schema.ts'
export type { AttentionItem, MonitorReport } from '../lib/monitor/report/schema.ts'
export type { StandingFacts, StandingOptions } from '../lib/monitor/report/standingFindings.ts'
export { forecastText } from '../lib/monitor/report/words.ts'
export { addressOf, isLoopback } from '../lib/monitor/serve/address.ts'
export * from '../lib/monitor/trace/traceparent.ts'
export * from '../lib/options/options.ts'
export * from '../lib/options/schema.ts'
export * from '../lib/options/table.ts'
export type { Emit, WriteContext } from '../lib/run/context.ts'
export type { RunEvent } from '../lib/run/event/schema.ts'
export * from '../lib/run/events.ts'
export { failureOf, hintedFailure } from '../lib/run/failure.ts'
export { MOST_CALLS } from '../lib/run/inFlight.ts'
export * from '../lib/run/journal/journal.ts'
export * from '../lib/run/options.ts'
export * from '../lib/run/record.ts'
export type { JobResult } from '../lib/run/run.ts'
export { AUTO_WORKERS } from '../lib/run/sharedOptions.ts'
export * from '../lib/run/state.ts'
export { TOOL } from '../lib/run/tool.ts'
export { aliasText, findNamed } from '../lib/store/named.ts'
export * from '../lib/store/open.ts'
export * from '../lib/store/store.ts'
export type * from '../lib/store/survey.ts'
export * from '../lib/store/target.ts'
export * from '../lib/store/targetOptions.ts'
export { ofInput } from '../lib/stream/foreignInput.ts'
export type { Transform } from '../lib/transform/transform.ts'

/** The job of `col backup`, loaded only when it is called: no other command pays for it. */
export const backupJob = () => import('../lib/job/backup/index.ts')

/** The job of `col delete`, likewise. */
export const deleteJob = () => import('../lib/job/delete/index.ts')

/** What `--filter` and `--objects` need, likewise. */
export const selectionJob = () => import('../lib/job/selection/index.ts')

/** The job of `col restore`, likewise. */
export const restoreJob = () => import('../lib/job/restore/index.ts')

/** The job of `col copy`, likewise. */
export const copyJob = () => import('../lib/job/copy/index.ts')

/** What `cluster health` needs, likewise. */
export const healthJob = () => import('../lib/job/health/index.ts')

/** The job of `col migrate`, likewise. */
export const migrateJob = () => import('../lib/job/migrate/index.ts')

/** What makes transforms of options, likewise. */
export const transformJob = () => import('../lib/job/transform/index.ts')

/** What several collections at once need, likewise. */
export const setJob = () => import('../lib/job/set/index.ts')

/** The job of `col catalog rehearse`, likewise. */
export const rehearseJob = () => import('../lib/job/rehearse/index.ts')

/** What `doctor` needs, likewise. */
export const loadDoctor = () => import('../lib/monitor/doctor/index.ts')

/** What `auto` needs, likewise. */
export const loadAuto = () => import('../lib/monitor/auto/index.ts')

/** The job of `col apply`, likewise. */
export const applyJob = () => import('../lib/job/restore/planned/index.ts')

/** The job of `col rollback`, likewise. */
export const rollbackJob = () => import('../lib/job/rollback/index.ts')

/** The kit of `format conformance`, likewise. */
export const conformanceJob = () => import('../lib/job/conformance/index.ts')

/** The job of `diff`, likewise. */
export const diffJob = () => import('../lib/job/diff/index.ts')

/** What keeps a cleanup from removing what is being read, likewise. */
export const readingLock = () => import('../lib/catalog/lock/read.ts')

/** The job of `index watch`, loaded only when it is called: no other command pays for it. */
export const watchJob = () => import('../lib/job/watch/watch.ts')

/** The job of `index validate`, likewise. */
export const validateJob = () => import('../lib/job/ingest/validateInput.ts')

/** The job of `col catalog verify`, likewise. */
export const verifyJob = () => import('../lib/job/verify/index.ts')

/** What `col catalog` works with, loaded only when one of its commands is called. */
export const loadCatalog = () => import('../lib/catalog/index.ts')

/** What reads manifests for `col catalog rebuild`, which the others need not. */
export const loadRebuild = () => import('../lib/catalog/rebuild.ts')

/** The job of `col catalog compact`, likewise. */
export const compactJob = () => import('../lib/job/compact/index.ts')

/** The job of `col catalog cleanup`, likewise. */
export const cleanupJob = () => import('../lib/job/cleanup/index.ts')

/** What makes spans of OpenTelemetry, likewise. */
export const telemetryJob = () => import('../lib/monitor/trace/telemetry.ts')

/** What --profile needs, likewise. */
export const profileJob = () => import('../lib/monitor/profile/index.ts')

/** What tells how far a job is, likewise. */
export const progressJob = () => import('../lib/monitor/progress/index.ts')

/** What notes runs and lists them, likewise. */
export const historyLibrary = () => import('../lib/monitor/history/index.ts')

/** What tells the metrics of a history, likewise. */
export const metricsLibrary = () => import('../lib/monitor/metrics/index.ts')

/** What makes reports of the history, likewise. */
export const reportLibrary = () => import('../lib/monitor/report/index.ts')
/** What reads remembered alerts, likewise: without anything that sends them. */
export const rememberedAlerts = () => import('../lib/monitor/alerts/storedAlerts.ts')

/** What looks for alerts and sends them, loaded only if the configuration has any. */
export const alertsLibrary = () => import('../lib/monitor/alerts/index.ts')

/** What serves the dashboard, likewise. */
export const dashboardLibrary = () => import('../lib/monitor/dashboard/index.ts')
