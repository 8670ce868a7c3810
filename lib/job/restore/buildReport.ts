import { ElysiaError } from '../../core/errors.ts'
import { sumCounts } from '../../core/report.ts'
import { toThousandths } from '../../core/units.ts'
import { failureOf } from '../../run/failure.ts'
import type { RunCounts } from '../../run/record.ts'
import type { AliasFacts } from './alias/plan.ts'
import type { PartFacts } from './progressTable.ts'
import { mergeCounts } from './reasons.ts'
import type { RestoreReport, UndoFacts } from './report.ts'
import type { RestoreRun } from './run.ts'
import { archiveName } from './source/source.ts'
import type { RestoreVerification } from './verify.ts'

interface ReportFacts {
  readonly status: RestoreReport['status']
  readonly verification: RestoreVerification | null
  readonly error: unknown
  readonly startedAt: string
  readonly seconds: number
  readonly retries: number
}

/** Makes the report of a restore from its finished parts and those that it was interrupted in. */
export function restoreReport(run: RestoreRun, facts: ReportFacts): RestoreReport {
  const { source, plan, progress, options } = run
  const { status, verification, error, startedAt, seconds, retries } = facts
  const unfinished = [...progress.begun.values()].map((tally) => tally.facts())
  const { objects, rejected, skipped, discarded, ...sums } = sumsOf([
    ...progress.parts.values(),
    ...unfinished,
  ])
  const damaged = damagedOf(run)
  const isWhole = status === 'done' || status === 'planned'
  return {
    id: run.id,
    status,
    archive: archiveName(source),
    kind: source.kind,
    collection: source.schema.class,
    class: run.class,
    target: run.store.target,
    dry_run: options.dryRun,
    objects: isWhole && plan.objects !== undefined ? plan.objects + sums.added : objects + damaged,
    written: sums.written,
    unchanged: sums.unchanged,
    deleted: progress.deleted,
    rejected,
    reject_reasons: progress.reasons.list(),
    ...(source.changes && { changed: source.changes() }),
    skipped: { ...skipped, ...(damaged > 0 && { damaged }) },
    filtered: sums.filtered,
    ...(sums.added > 0 && { added: sums.added }),
    ...(options.onNewProperty === 'discard-value' && { discarded }),
    ...(plan.selection?.ids && { not_found: progress.unseen.size }),
    vectors: sums.vectors,
    vectors_absent: sums.absent,
    references: sums.references,
    references_rejected: sums.referencesRejected,
    tenants: plan.tenants?.length ?? 0,
    aliases: progress.aliases,
    alias: aliasFacts(run),
    transforms: plan.transforms.declared,
    parts: plan.parts.length,
    parts_continued: progress.continued,
    parts_damaged: [...progress.damaged.keys()],
    patches: [...plan.patches, ...(progress.remade?.patches ?? [])],
    schema_differences: progress.differences,
    verification,
    health: progress.health,
    undo: undoFacts(run),
    planned: progress.planned ?? null,
    ...(run.applying !== undefined && { left_alone: progress.leftAlone }),
    retries,
    workers: progress.workers,
    started_at: startedAt,
    seconds: toThousandths(seconds),
    rate: toThousandths(progress.writeSeconds === 0 ? 0 : progress.writtenHere / progress.writeSeconds),
    peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
    ...(error !== undefined && { error: failureOf(error) }),
  }
}

function aliasFacts({ alias, progress }: RestoreRun): AliasFacts | null {
  if (alias === undefined) return null
  const { alias: name, before = null } = alias
  return progress.alias ?? { name, before, switched: false, dropped: false }
}

function undoFacts({ kept: { undo }, options }: RestoreRun): UndoFacts | null {
  if (undo === undefined) return null
  const { entries: objects, bytes } = undo.size
  const kept_until = new Date(Date.now() + options.keepUndoMs).toISOString()
  return { directory: undo.directory, objects, bytes, kept_until }
}

/** The counts of a restore that the journal keeps. */
export function restoreCounts(report: RestoreReport): RunCounts {
  const { objects, written, unchanged, deleted, filtered, rejected, skipped, references } = report
  const ofExisting = report.undo === null && unchanged + deleted === 0 ? {} : { unchanged, deleted }
  const ofSelection = filtered > 0 ? { filtered } : {}
  return { objects, written, ...ofExisting, ...ofSelection, rejected, skipped, references }
}

/**
 * Checks the sums of a finished restore.
 * @throws ElysiaError ELYSIA_ACCOUNTING if an object has no outcome, or two
 */
export function requireSums({ progress, plan }: RestoreRun, report: RestoreReport): void {
  const { objects, written, unchanged, filtered, rejected, skipped } = report
  const whole = plan.objects === undefined || progress.parts.size === plan.parts.length
  if (whole && objects === written + unchanged + filtered + sumCounts(rejected) + sumCounts(skipped)) return
  throw new ElysiaError('ELYSIA_ACCOUNTING', `the sums do not add up: ${JSON.stringify(report)}`, {
    hint: 'this is a defect of elysiactl; please report it with this message',
  })
}

/** Objects of damaged parts that were not written. */
function damagedOf({ plan, progress }: RestoreRun): number {
  return plan.parts
    .filter(({ name }) => progress.damaged.has(name))
    .reduce((total, { name, objects }) => {
      const { objects: all = 0, added = 0 } = progress.parts.get(name) ?? {}
      const read = all - added
      return total + Math.max(0, (objects ?? read) - read)
    }, 0)
}

function sumsOf(all: readonly PartFacts[]) {
  const sums = {
    ...{ objects: 0, written: 0, unchanged: 0, filtered: 0, added: 0 },
    ...{ vectors: 0, absent: 0, references: 0, referencesRejected: 0 },
  }
  for (const facts of all) {
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) sums[key] += facts[key] ?? 0
  }
  return {
    ...sums,
    rejected: mergeCounts(all.map(({ rejected }) => rejected)),
    discarded: mergeCounts(all.map(({ discarded = {} }) => discarded)),
    skipped: mergeCounts(all.map(({ skipped = {} }) => skipped)),
  }
}
