import type { Manifest } from '../../archive/manifest.ts'
import { closingAfter } from '../../async/closeAll.ts'
import { newRunId } from '../../run/record.ts'
import { type JobResult, Run, runJob } from '../../run/run.ts'
import { UnseenIds } from '../selection/unseenIds.ts'
import type { BackupContext, BackupJob, BackupState, BackupTask } from './job.ts'
import { type CollectionInfo, collectionInfoOf } from './plan.ts'
import { RefusedObjects } from './refusedObjects.ts'
import { type BackupReport, backupCounts, backupFacts, backupReport } from './report.ts'

/** How a backup ended: its report, and either its manifest or the error. */
export interface BackupResult extends JobResult<BackupReport> {
  readonly manifest?: Manifest
}

/**
 * Runs a backup with a row in the journal, and a report even if it fails. `prepare` gets the collection, and makes what
 * `work` needs.
 * @throws only if it could not begin: the collection is missing, or `prepare` throws
 */
export async function runWithJournal<P>(
  task: BackupTask,
  context: BackupContext,
  prepare: (subject: CollectionInfo) => Promise<P>,
  work: (job: BackupJob, prepared: P) => Promise<Manifest>,
): Promise<BackupResult> {
  const run = new Run('backup', context)
  const { store, name, location, options } = task
  const retry = run.retrying(options.retryForMs)
  const subject = await retry(() => collectionInfoOf(store, name, options, run.emit, context))
  const prepared = await prepare(subject)
  const id = context.runId ?? newRunId()
  const state: BackupState = {
    parts: [],
    index: [],
    scanned: new Map(),
    kept: 0,
    refused: new RefusedObjects(context.rejectsDirectory, id),
    unseen: new UnseenIds(subject.selection?.ids),
  }
  const { class: collection } = subject.schema
  const ended = await runJob<BackupReport>(
    run,
    async () => {
      const key = { target: store.target, class: collection, inputs: [location] }
      run.begin({ run: id, key, collection: name })
      await closingAfter([() => state.refused.close(), () => subject.transforms.close()], async () => {
        state.manifest = await work({ run, context, task, subject, retry, state }, prepared)
      })
    },
    {
      report: (ending) => backupReport({ id, task, collection, state, ending }),
      counts: backupCounts,
      facts: backupFacts,
    },
  )
  return { ...ended, ...(state.manifest !== undefined && { manifest: state.manifest }) }
}

/** The result of a backup that finished. @throws the error of one that did not */
export function backupResult({ report, error, manifest }: BackupResult): {
  readonly report: BackupReport
  readonly manifest: Manifest
} {
  if (error !== undefined) throw error
  return { report, manifest: manifest! }
}
