/// <reference types="node" preserve="true" />
/**
 * The public names of elysiactl. What the command does is all here; every stage is a factory of a Node stream.
 * @see SPEC.md
 */

export { type Archive, openArchive } from './archive/archive.ts'
export { type Chain, type FindArchive, openChain } from './archive/chain/chain.ts'
export { findBelow } from './archive/chain/find.ts'
export { chainObjects, openObjectSource } from './archive/chain/objects.ts'
export type { Content, Format, FormatName } from './archive/format/format.ts'
export { formatOf } from './archive/format/formats.ts'
export type { Manifest, Part } from './archive/manifest.ts'
export { filteredObjects, filterPages, type ObjectPredicate } from './archive/object/filterPages.ts'
export { commonRanges, type JoinOptions, joinObjects, type ObjectPair } from './archive/object/join.ts'
export type { ObjectRange, ObjectSource } from './archive/object/source.ts'
export { archiveObjects } from './archive/part/objects.ts'
export { singleObjects } from './archive/single/objects.ts'
export { readSingle, type SingleArchive } from './archive/single/read.ts'
export { directoryStorage } from './archive/storage/directory.ts'
export { type Files, memoryStorage } from './archive/storage/memory.ts'
export type { PlacedFile, Slice, Storage, Upload } from './archive/storage/storage.ts'
export type { Catalog } from './catalog/catalog.ts'
export { type CatalogOptions, openCatalog, withCatalog } from './catalog/open.ts'
export type { ArchiveRecord } from './catalog/record.ts'
export { planRetention } from './catalog/retention/plan.ts'
export { policyOf } from './catalog/retention/policy.ts'
export { classNameOf } from './change/collectionName.ts'
export { fileId } from './change/identity.ts'
export { operations } from './change/operations.ts'
export type { Change } from './change/record.ts'
export { sourceCodeClass } from './change/sourceCodeClass.ts'
export { type ValidLine, validate, validateChange } from './change/validate.ts'
export type { Changeset, Entry, Item } from './core/entry.ts'
export { ElysiaError, ERROR_CODES, type ErrorCode } from './core/errors.ts'
export { exactJson, parseExact } from './core/exactJson.ts'
export type { Line, Position } from './core/line.ts'
export { HASH_PROPERTY, type Json, type JsonObject, type StoredObject, type Vector } from './core/object.ts'
export type { Delete, Move, Operation, Patch, Put } from './core/operation.ts'
export { OUTCOMES, type Outcome, type OutcomeName, type Settlement } from './core/outcome.ts'
export { REJECT_CODES, Reject, type RejectCode } from './core/reject.ts'
export type { Counts, Progress, Report, RunStatus } from './core/report.ts'
export type { Sink, Source, Stage } from './core/stage.ts'
export { type BackupContext, type BackupResult, backup, runBackup } from './job/backup/backup.ts'
export { type BackupOptions, type BackupOptionsInput, backupOptions } from './job/backup/options.ts'
export type { BackupReport } from './job/backup/report.ts'
export { backupSingle, runBackupSingle, type SingleOutput } from './job/backup/single.ts'
export { type ConformanceFault, type ConformanceReport, checkConformance } from './job/conformance/check.ts'
export { type WrittenKit, writeConformanceKit } from './job/conformance/kit.ts'
export { type ConformanceOptions, conformanceOptions } from './job/conformance/options.ts'
export { type CollectionRef, type CopyContext, type CopyResult, copy, runCopy } from './job/copy/copy.ts'
export { type CopyOptions, type CopyOptionsInput, copyOptions } from './job/copy/options.ts'
export type { CopyReport } from './job/copy/report.ts'
export { type CopySetResult, runCopySet } from './job/copy/set.ts'
export { type CopyReadOptions, collectionSource } from './job/copy/source.ts'
export { deleteObjects, runDelete } from './job/delete/delete.ts'
export { type DeleteOptions, type DeleteOptionsInput, deleteOptions } from './job/delete/options.ts'
export type { DeleteReport } from './job/delete/report.ts'
export type { DeleteContext, DeletePlan } from './job/delete/run.ts'
export type { DiffContext } from './job/diff/context.ts'
export { diff, runDiff } from './job/diff/diff.ts'
export { type FindDifferencesOptions, findDifferences } from './job/diff/findDifferences.ts'
export type { ComparedPair, DifferenceSign, Finding, ObjectFinding } from './job/diff/finding.ts'
export { type DiffOptions, type DiffOptionsInput, diffOptions } from './job/diff/options.ts'
export type { DiffReport } from './job/diff/report.ts'
export { type OpenSideOptions, openSide } from './job/diff/side/open.ts'
export type { DiffSide } from './job/diff/side/side.ts'
export { storeSide } from './job/diff/side/store.ts'
export { checkHealth, type HealthOptions } from './job/health/health.ts'
export type { HealthFinding, HealthReport } from './job/health/report.ts'
export { ingest, ingestFiles } from './job/ingest/ingest.ts'
export type { Input } from './job/ingest/input.ts'
export { type IngestOptions, type IngestOptionsInput, ingestOptions } from './job/ingest/options.ts'
export { type MigrateResult, runMigrate } from './job/migrate/migrate.ts'
export { type MigrateOptions, type MigrateOptionsInput, migrateOptions } from './job/migrate/options.ts'
export type { MigrateReport } from './job/migrate/report.ts'
export { type RestoreOptions, type RestoreOptionsInput, restoreOptions } from './job/restore/options.ts'
export { runApply } from './job/restore/planned/apply.ts'
export type { PlanEntry, PlanHeader } from './job/restore/planned/format.ts'
export { type ApplyOptionsInput, applyOptions } from './job/restore/planned/options.ts'
export { openPlan, type Plan } from './job/restore/planned/plan.ts'
export type { RestoreReport } from './job/restore/report.ts'
export {
  type RestoreContext,
  type RestoreResult,
  restore,
  runRestore,
} from './job/restore/restore.ts'
export { archiveSource } from './job/restore/source/archive.ts'
export { chainSource } from './job/restore/source/chain.ts'
export { type OpenOptions, openSource } from './job/restore/source/open.ts'
export type { RestoreSource, SourcePart } from './job/restore/source/source.ts'
export { type RollbackOptions, type RollbackOptionsInput, rollbackOptions } from './job/rollback/options.ts'
export type { RollbackReport } from './job/rollback/report.ts'
export { rollback, runRollback } from './job/rollback/rollback.ts'
export type { RollbackContext } from './job/rollback/run.ts'
export type { MemberResult } from './job/set/members.ts'
export { referenceGroups } from './job/set/order.ts'
export { type VerifyOptions, type VerifyOptionsInput, verifyOptions } from './job/verify/options.ts'
export type { ArchiveFault, VerifyContext, VerifyReport } from './job/verify/report.ts'
export { verify } from './job/verify/verify.ts'
export type {
  HistoryEntry,
  HistoryReader,
  PlaceTraffic,
  SubjectFigures,
  TrafficTotal,
} from './monitor/history/entry.ts'
export type { AttemptLog } from './monitor/history/log/line.ts'
export { type HistoryRecording, type RecordOptions, recordHistory } from './monitor/history/record.ts'
export type { Emit, RunContext, WriteContext } from './run/context.ts'
export type { RunEvent } from './run/event/schema.ts'
export { Journal } from './run/journal/journal.ts'
export type { RunCounts, RunKind, RunRecord } from './run/record.ts'
export type { JobResult } from './run/run.ts'
export { openState, type State } from './run/state.ts'
export { openMemory } from './store/memory/store.ts'
export { objectPages, type ReadOptions, storeObjects } from './store/objects.ts'
export { openStore } from './store/open.ts'
export { type SinkOptions, sink } from './store/sink/sink.ts'
export type * from './store/store.ts'
export type * from './store/survey.ts'
export { parseTarget, type Target } from './store/target.ts'
export { type BatchOptions, batch } from './stream/batch.ts'
export type { Compression, CompressionName } from './stream/codec/compression.ts'
export { COMPRESSIONS, type CompressionChoice, parseCompression } from './stream/codec/compressions.ts'
export { decompress } from './stream/codec/decompress.ts'
export { type LineSplitter, splitLines } from './stream/lines/splitLines.ts'
export { type MergeJoinOptions, mergeJoin, type Pair, type Side } from './stream/mergeJoin.ts'
export { type Measure, meter } from './stream/meter.ts'
export { type ParsedLine, parseJson } from './stream/parseJson.ts'
export { type PipelineDocument, readPipelineFile } from './transform/file/read.ts'
export { type Filter, filterOf } from './transform/filter/filter.ts'
export {
  type DifferenceOptions,
  difference,
  type ObjectDifference,
  type VectorDifference,
} from './transform/object/compare.ts'
export { type Normalize, normalizers } from './transform/object/normalize.ts'
export {
  bindTransforms,
  type DeclaredTransform,
  type TransformOutcome,
  type TransformPipeline,
  transformStages,
} from './transform/pipeline.ts'
export { type PatchedSchema, patchSchema, type SchemaPatch } from './transform/schema/patch.ts'
export type { SchemaTarget } from './transform/schema/schemaDraft.ts'
export { runScript, type ScriptOptions } from './transform/script/script.ts'
export { convertProperty, type OnConvertError } from './transform/step/convert.ts'
export { dropProperty } from './transform/step/drop.ts'
export { mapProperty } from './transform/step/map.ts'
export { maskProperty } from './transform/step/mask.ts'
export { setProperty } from './transform/step/set.ts'
export { whereTrue } from './transform/step/where.ts'
export {
  type BoundTransform,
  type ChangeObject,
  Refusal,
  type Transform,
  type TransformCall,
  type TransformedPage,
  type TransformReject,
  transformReject,
} from './transform/transform.ts'
export { setIndexType, setQuantizer } from './transform/vectors/indexes.ts'
export { mapVectors } from './transform/vectors/map.ts'
export { revectorize } from './transform/vectors/revectorize.ts'
export { setVectorizer } from './transform/vectors/vectorizer.ts'
