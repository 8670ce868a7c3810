import { join } from 'node:path'
import type { Command, Context } from '../../../cli/command.ts'
import { afterError } from '../../../cli/next.ts'
import { COLLECTION } from '../../../cli/operands.ts'
import { transformsFor } from '../../../cli/transforms.ts'
import {
  closingAfter,
  type JobResult,
  type MigrateReport,
  migrateJob,
  migrateOptions,
  runOptions,
  targetOptions,
  transformOptions,
} from '../../../library.ts'
import { callLimit, retryOptions } from '../../../openOptions.ts'
import { progressView } from '../../../view/progress.ts'
import { migrateSummary } from './summary.ts'

/** Options that say what is changed; without any, nothing is copied. */
const CHANGES = [
  ...Object.keys(transformOptions.properties),
  ...[
    'vectorizer',
    'vectorizerSettings',
    'revectorize',
    'vectorMap',
    'indexType',
    'quantizer',
    'replication',
  ],
]

/** `col migrate`: changes a collection through a copy, and switches its alias to the changed one. */
export const command: Command = {
  records: 'copy',
  recordsInstead: ({ values }) =>
    values.undo === true || (values.dropOld === true && !CHANGES.some((key) => key in values))
      ? 'migrate'
      : undefined,
  summary: 'change a collection while it is in use: a changed copy, then its alias is switched to it',
  alsoKnownAs: ['alter', 'convert', 'reindex', 'revectorize'],
  operands: [{ ...COLLECTION, hint: 'such as `elysiactl col migrate Live --index-type flat`' }],
  examples: [
    'elysiactl col migrate Live --drop draft --dry-run',
    'elysiactl col migrate Live --vectorizer text2vec-openai --revectorize',
    'elysiactl col migrate Article_v1 --alias Live --index-type flat --quantizer rq',
    'elysiactl col migrate Live --undo       # the alias means what it meant before',
    'elysiactl col migrate Live --drop-old   # or: it stays changed, and what was before goes',
  ],
  schemas: [migrateOptions, transformOptions, runOptions, targetOptions],
  document: 'migration',
  exits: ['conflict', 'notFound', 'locked', 'refused', 'unreachable'],
  docs: 'docs/migrate.md',
  continuing: ({ options }) => ({
    keeps: !options(migrateOptions).dryRun && !options(migrateOptions).undo,
    drop: ['--fresh'],
  }),
  run,
}

async function run(context: Context): Promise<void> {
  const { operands } = context
  const options = context.options(migrateOptions)
  const { runMigrate } = await migrateJob()
  const transforms = await transformsFor(context)
  const { store, state } = await context.readTarget(undefined, {
    ...callLimit(options.workers),
    ...retryOptions(context, options.retryForMs),
  })
  const { rejects, runId, fresh } = context.options(runOptions)
  const view = await progressView(context)
  await closingAfter([view.stop], async () => {
    const jobContext = {
      stop: context.stop,
      signal: context.signal,
      onInFlight: context.onInFlight,
      state,
      fresh,
      transforms,
      ...(runId !== undefined && { runId }),
      ...(rejects !== undefined && { rejectsPath: rejects }),
      rejectsDirectory: join(state.directory, 'rejects'),
      ...view.looks,
    }
    await end(context, await runMigrate(store, operands[0]!, options, jobContext).finally(view.stop))
  })
}

/** Prints the report and the next step, and sets the exit code. @throws the error that ended the migration */
async function end(context: Context, { report, error }: JobResult<MigrateReport>): Promise<void> {
  const { console } = context
  if (!['failed', 'interrupted'].includes(report.status)) context.done()
  if (console.json) await console.document(report)
  else console.note(migrateSummary(report))
  const next = error === undefined ? undefined : afterError(context, error)
  if (next !== undefined) context.next(`next: ${next}`)
  if (error !== undefined) throw error
}
