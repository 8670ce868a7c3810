import type { Command, Context } from '../../cli/command.ts'
import { EXIT } from '../../cli/exit.ts'
import { afterError } from '../../cli/next.ts'
import { COLLECTION } from '../../cli/operands.ts'
import {
  type DeleteContext,
  type DeleteOptions,
  type DeletePlan,
  type DeleteReport,
  deleteJob,
  deleteOptions,
  ElysiaError,
  type OptionsSchema,
  pluralize,
  retryEvent,
  runOptions,
  targetOptions,
} from '../../library.ts'
import { eventView } from '../../view/events.ts'
import { progressView } from '../../view/progress.ts'
import { type Row, rowLines } from '../../view/summary.ts'
import { shortTarget } from '../../view/target.ts'
import { ownNamed } from './findCollection.ts'
import { rollbackTexts } from './restoring/rollbackText.ts'

const askOptions = {
  type: 'object',
  name: 'deleteAsk',
  description: 'Whether to ask before objects are deleted.',
  properties: {
    yes: {
      type: 'boolean',
      short: 'y',
      description: 'delete them without asking',
      default: false,
      flagOnly: true,
    },
  },
} as const satisfies OptionsSchema

const { runId } = runOptions.properties

/** The only option of a run that a deletion takes: its name. */
const nameOptions = {
  ...runOptions,
  name: 'deleteRun',
  properties: { runId },
} as const satisfies OptionsSchema

/** `col delete`: deletes objects of a collection, once the user or --yes has agreed. */
export const command: Command = {
  records: 'delete',
  summary: 'delete objects of a collection, and keep them for `col rollback`',
  operands: [COLLECTION],
  examples: [
    `elysiactl col delete Article --filter "status = 'draft' AND _updated < '2024-01-01'" --dry-run`,
    `elysiactl col delete Article --filter "status = 'draft'" --max-delete 500`,
    'elysiactl col delete Article --objects @ids.txt --yes',
  ],
  schemas: [deleteOptions, askOptions, nameOptions, targetOptions],
  document: 'delete',
  exits: ['rejects', 'conflict', 'notFound', 'locked', 'unreachable'],
  docs: 'docs/filters.md',
  continuing: ({ options }) => ({ keeps: !options(deleteOptions).dryRun }),
  run,
}

async function run(context: Context): Promise<void> {
  const { console, stop, signal } = context
  const options = context.options(deleteOptions)
  requireSelection(context, options)
  const { requireSelectable, runDelete } = await deleteJob()
  requireSelectable(options)
  requireAnswerable(context, options)
  const { store, state } = await context.openTarget({
    missing: 'refuse',
    retryForMs: options.retryForMs,
    onRetry: (retry) => eventView(console)(retryEvent(retry)),
    signal: AbortSignal.any([stop, signal]),
  })
  const schema = await ownNamed(store, context.operands[0]!, 'delete')
  const view = await progressView(context)
  const { yes } = context.options(askOptions)
  const { runId } = context.options(nameOptions)
  const jobContext: DeleteContext = {
    ...{ stop, signal, state, ...view.looks },
    ...(runId !== undefined && { runId }),
    ...(!yes && {
      confirm: (plan) => {
        view.stop()
        return agreed(context, plan)
      },
    }),
  }
  const { report, error } = await runDelete(store, schema, options, jobContext).finally(view.stop)
  if (['done', 'planned'].includes(report.status)) context.done()
  if (console.json) await console.document(report)
  else console.note([...summary(report), ...rollbackTexts(context, [report])])
  const next = error === undefined ? undefined : afterError(context, error)
  if (next !== undefined) context.next(`next: ${next}`)
  if (error !== undefined) throw error
  const lack = lackText(report)
  if (lack !== undefined) context.fail(EXIT.rejects, lack)
}

/** @throws ElysiaError ELYSIA_USAGE */
function requireSelection({ operands }: Context, { filter, objects }: DeleteOptions): void {
  if (filter !== undefined || objects !== undefined) return
  throw new ElysiaError('ELYSIA_USAGE', 'nothing says which objects to delete', {
    hint: `name them with --filter or --objects; \`elysiactl col rm ${operands[0]}\` removes a collection`,
  })
}

/** @throws ElysiaError ELYSIA_USAGE if the user must be asked, and there is no terminal */
function requireAnswerable(context: Context, { dryRun }: DeleteOptions): void {
  if (dryRun || context.options(askOptions).yes || process.stdin.isTTY) return
  throw new ElysiaError('ELYSIA_USAGE', 'there is no terminal to ask on', {
    hint: 'see what would be deleted with --dry-run, then use --yes to delete without asking',
  })
}

async function agreed({ console }: Context, plan: DeletePlan): Promise<boolean> {
  const { collection, target, objects, deletes } = plan
  const what = `${deletes} of ${pluralize(objects, 'object')} of ${collection} in ${shortTarget(target)}`
  const answer = await console.ask(`Delete ${what}? Type the name of the collection or y: `)
  return answer?.toLowerCase() === 'y' || answer === collection
}

function summary(report: DeleteReport): string[] {
  const { status, id, class: name, target, selection, seconds } = report
  const head = status === 'planned' ? 'dry run: nothing is deleted' : `${status}: run ${id}`
  const optional = (['gone', 'changed', 'rejected', 'left'] as const).filter(
    (key) => report[key] > 0 && !(key === 'left' && status === 'planned'),
  )
  const rows: Row[] = [
    [0, 'objects', report.objects],
    ...(status === 'planned' ? [] : ([[1, 'deleted', report.deleted]] as Row[])),
    ...optional.map((key): Row => [1, key, report[key]]),
  ]
  return [
    head,
    `${name} in ${shortTarget(target)}, ${selection}`,
    ...rowLines(rows),
    `${seconds.toFixed(2)} s`,
  ]
}

function lackText({ rejected, not_found = 0 }: DeleteReport): string | undefined {
  const lacks = [
    ...(rejected === 0 ? [] : [`${pluralize(rejected, 'object')} could not be deleted`]),
    ...(not_found === 0 ? [] : [`${pluralize(not_found, 'id')} of --objects not found`]),
  ]
  return lacks.length === 0 ? undefined : lacks.join(', ')
}
