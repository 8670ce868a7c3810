import type { Command, Context } from '../../cli/command.ts'
import { EXIT } from '../../cli/exit.ts'
import { afterError } from '../../cli/next.ts'
import {
  pluralize,
  type RollbackReport,
  retryEvent,
  rollbackJob,
  rollbackOptions,
  runOptions,
  targetOptions,
} from '../../library.ts'
import { eventView } from '../../view/events.ts'
import { progressView } from '../../view/progress.ts'
import { type Row, rowLines } from '../../view/summary.ts'
import { shortTarget } from '../../view/target.ts'

/** `col rollback`: reverts the changes of a run to a collection. */
export const command: Command = {
  records: 'rollback',
  summary: 'undo what a restore, a copy or a deletion changed in an existing collection',
  alsoKnownAs: ['undo', 'revert'],
  operands: [{ name: 'RUN', hint: '`elysiactl col catalog undos` lists the runs that can be undone' }],
  examples: [
    'elysiactl col rollback 20261125T102959Z-ed3321',
    'elysiactl col rollback 20261125T102959Z-ed3321 --dry-run',
  ],
  schemas: [rollbackOptions, runOptions, targetOptions],
  document: 'rollback',
  exits: ['rejects', 'damage', 'conflict', 'notFound', 'locked', 'unreachable'],
  docs: 'docs/restore.md',
  continuing: ({ options }) => ({ keeps: !options(rollbackOptions).dryRun }),
  run,
}

async function run(context: Context): Promise<void> {
  const [undone = ''] = context.operands
  const { console, stop, signal } = context
  const options = context.options(rollbackOptions)
  const { runId } = context.options(runOptions)
  const { runRollback } = await rollbackJob()
  const { store, state } = await context.openTarget({
    missing: 'refuse',
    retryForMs: options.retryForMs,
    onRetry: (retry) => eventView(console)(retryEvent(retry)),
    signal: AbortSignal.any([stop, signal]),
  })
  const view = await progressView(context)
  const jobContext = {
    stop,
    signal,
    state,
    ...view.looks,
    ...(runId !== undefined && { runId }),
  }
  const { report, error } = await runRollback(store, undone, options, jobContext).finally(view.stop)
  if (['done', 'planned'].includes(report.status)) context.done()
  if (console.json) await console.document(report)
  else console.note(summary(report))
  const next = error === undefined ? undefined : afterError(context, error)
  if (next !== undefined) context.next(`next: ${next}`)
  if (error !== undefined) throw error
  const lack = lackText(report)
  if (lack !== undefined) context.fail(EXIT.rejects, lack)
}

function summary(report: RollbackReport): string[] {
  const { status, undone, class: name, target, id, seconds, verified, left_file } = report
  const head = status === 'planned' ? 'dry run: nothing is written' : `${status}: run ${id}`
  const rows: Row[] = [
    [0, 'objects', report.objects],
    [1, 'put back', report.put_back],
    [1, 'removed', report.removed],
    [1, 'unchanged', report.unchanged],
    [1, 'left', report.left],
    [1, 'rejected', report.rejected],
    ...(report.references === 0 ? [] : ([[0, 'references', report.references]] as Row[])),
    ...(report.references_rejected === 0 ? [] : ([[1, 'rejected', report.references_rejected]] as Row[])),
  ]
  return [
    head,
    `what ${undone} changed of ${name} in ${shortTarget(target)}`,
    ...rowLines(rows),
    ...(verified === null ? [] : [`read back: ${pluralize(verified, 'object')} as before`]),
    ...changesText(report),
    `${seconds.toFixed(2)} s`,
    ...tenantsText(report),
    ...(left_file === null ? [] : [`left or rejected: ${left_file}`]),
  ]
}

const MOST_NAMED = 10
const FATES = { put_back: 'put back', removed: 'remove', left: 'leave' } as const

/** The first planned changes of a dry run, a line for each object. */
function changesText({ changes, objects, unchanged }: RollbackReport): string[] {
  if (changes === null) return []
  const some = changes.slice(0, MOST_NAMED)
  const more = objects - unchanged - some.length
  const lines = some.map(
    ({ id, tenant, fate }) => `would ${FATES[fate]} ${tenant === undefined ? '' : `${tenant}/`}${id}`,
  )
  return more <= 0 ? lines : [...lines, `… and ${more} more; --json lists up to 1000`]
}

function tenantsText({
  tenants_made: made,
  tenants_removed: removed,
  dry_run: dryRun,
}: RollbackReport): string[] {
  const named = (tenants: readonly string[]) =>
    `${tenants.slice(0, MOST_NAMED).join(', ')}${tenants.length > MOST_NAMED ? ', …' : ''}`
  if (dryRun) return made.length === 0 ? [] : [`tenants that go if they are empty then: ${named(made)}`]
  const staying = made.filter((tenant) => !removed.includes(tenant))
  return [
    ...(removed.length === 0
      ? []
      : [`tenants that the run had made, and that are gone again: ${named(removed)}`]),
    ...(staying.length === 0 ? [] : [`tenants that the run had made, and that stay: ${named(staying)}`]),
  ]
}

function lackText({
  left,
  rejected,
  references_rejected,
  left_file,
  dry_run,
}: RollbackReport): string | undefined {
  const would = dry_run ? 'would be ' : ''
  const lacks = [
    ...(left === 0
      ? []
      : [
          `${pluralize(left, 'object')} ${would}left: somebody else has changed them since; --force puts them back too`,
        ]),
    ...(rejected === 0 ? [] : [`${pluralize(rejected, 'object')} rejected`]),
    ...(references_rejected === 0 ? [] : [`${pluralize(references_rejected, 'reference')} rejected`]),
  ]
  if (lacks.length === 0) return undefined
  return `${lacks.join(', ')}${left_file === null ? '' : `; see ${left_file}`}`
}
