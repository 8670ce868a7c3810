import { join } from 'node:path'
import { lockedForReading } from '../../cli/archivePath.ts'
import { backupRoot } from '../../cli/catalog.ts'
import { DamageNotes } from '../../cli/chain/damage.ts'
import { archiveFinder } from '../../cli/chain/finder.ts'
import type { Command, Context } from '../../cli/command.ts'
import { stepSettings, transformsFor } from '../../cli/transforms.ts'
import {
  applyJob,
  applyOptions,
  type Close,
  catalogOptions,
  closingAfter,
  lockOptions,
  type Plan,
  type RestoreContext,
  retryEvent,
  runOptions,
  type Transform,
  targetOptions,
  transformJob,
  transformOptions,
} from '../../library.ts'
import { callLimit } from '../../openOptions.ts'
import { eventView } from '../../view/events.ts'
import { progressView } from '../../view/progress.ts'
import { planConfirmation, restoreAskOptions } from './restoreAsking.ts'
import { endRestores } from './restoring/end.ts'

/** `col apply`: does what a plan of `col restore --plan` says. */
export const command: Command = {
  records: 'restore',
  summary: 'carry out a restore plan, unless something has changed since it was made',
  operands: [
    { name: 'FILE', kind: 'file', hint: '`elysiactl col restore ID --on-conflict … --plan FILE` makes one' },
  ],
  examples: ['elysiactl col apply article.plan   # made by `col restore … --plan article.plan`'],
  schemas: [
    applyOptions,
    transformOptions,
    restoreAskOptions,
    lockOptions,
    catalogOptions,
    runOptions,
    targetOptions,
  ],
  document: 'restore',
  exits: ['rejects', 'damage', 'conflict', 'notFound', 'locked', 'unreachable'],
  docs: 'docs/restore.md',
  continuing: () => ({ keeps: true, drop: ['--fresh'] }),
  run,
}

async function run(context: Context): Promise<void> {
  const { console, stop, signal } = context
  const [file = ''] = context.operands
  const options = context.options(applyOptions)
  const { openPlan, openSource, runApply } = await applyJob()
  const view = await progressView(context)
  const closers: Close[] = [view.stop]
  await closingAfter(closers, async () => {
    const plan = await openPlan(file)
    closers.push(() => plan.close())
    const confirm = planConfirmation(context, plan)
    const { source: path, options: planned } = plan.header
    const transforms = await plannedTransforms(context, plan)
    const lock = await lockedForReading(context, path, `restore of ${path}`)
    const damage = new DamageNotes(context, path)
    closers.push(damage.note)
    if (lock !== undefined) closers.push(() => lock.release())
    const source = await openSource(path, {
      stdin: () => process.stdin,
      root: backupRoot(context),
      findArchive: await archiveFinder(context),
      options: planned,
      onEvent: eventView(console),
      onDamage: damage.add,
    })
    closers.push(() => source.close?.())
    const { store, state } = await context.openTarget({
      missing: 'make',
      retryForMs: options.retryForMs,
      ...callLimit(options.workers),
      onRetry: (retry) => eventView(console)(retryEvent(retry)),
      signal: AbortSignal.any([stop, signal]),
    })
    const { rejects, runId, fresh } = context.options(runOptions)
    const jobContext: RestoreContext = {
      stop,
      transforms,
      signal: AbortSignal.any([signal, ...(lock === undefined ? [] : [lock.lost])]),
      onInFlight: context.onInFlight,
      state,
      fresh,
      ...(runId !== undefined && { runId }),
      ...(confirm && { confirm }),
      ...(rejects !== undefined && { rejectsPath: rejects }),
      rejectsDirectory: join(state.directory, 'rejects'),
      ...view.looks,
    }
    const ended = await runApply(plan, source, store, options, jobContext).finally(view.stop)
    await endRestores(context, [ended], jobContext, [source])
  })
}

/**
 * The transforms that the plan was made with, by their names; or those of the command line, which a script needs,
 * because a plan does not contain it. The job compares them with the plan.
 * @throws ElysiaError ELYSIA_USAGE for a script
 */
async function plannedTransforms(context: Context, { header }: Plan): Promise<readonly Transform[]> {
  const { transforms: declared = [] } = header
  if (context.steps.length > 0 || declared.length === 0) return transformsFor(context)
  const { stepsAmong, transformsOf } = await transformJob()
  const settings = stepSettings(context.console, context.options(transformOptions))
  return transformsOf(stepsAmong(declared.map(({ name }) => name)), settings)
}
