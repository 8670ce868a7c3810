import { join } from 'node:path'
import type { Context } from '../../../cli/command.ts'
import { EXIT } from '../../../cli/exit.ts'
import { afterError } from '../../../cli/next.ts'
import { withHistory } from '../../../history.ts'
import {
  type BackupContext,
  type BackupResult,
  backupOptions,
  type Transform,
  userPaths,
} from '../../../library.ts'
import { progressView } from '../../../view/progress.ts'
import { backupSummary, missingFromBackup } from '../backupSummary.ts'

/** Makes a backup, and shows how it ended. */
export type BackupView = (
  context: Context,
  transforms: readonly Transform[],
  make: (jobContext: BackupContext) => Promise<BackupResult>,
) => Promise<void>

/** True if --vectors, which is the default, was given explicitly. */
export function keepsVectors(context: Context): boolean {
  return context.origins(backupOptions).vectors !== 'default'
}

/** Makes a backup with a command's signals, events and history. */
export async function makeBackup(
  context: Context,
  transforms: readonly Transform[],
  make: (jobContext: BackupContext) => Promise<BackupResult>,
): Promise<BackupResult> {
  const { stop, signal } = context
  const view = await progressView(context)
  const { onEvent } = view.looks
  const work = (history: BackupContext) =>
    make({
      ...view.looks,
      ...{ stop, signal, transforms, keepsVectors: keepsVectors(context), ...history },
      rejectsDirectory: join(history.state?.directory ?? userPaths().state, 'rejects'),
    })
  return withHistory(onEvent, work).finally(view.stop)
}

/** Makes a backup, and prints its report; the command fails if something is missing. */
export async function showBackup(
  context: Context,
  transforms: readonly Transform[],
  make: (jobContext: BackupContext) => Promise<BackupResult>,
): Promise<void> {
  const { console } = context
  const { report, error } = await makeBackup(context, transforms, make)
  if (report.status === 'done') context.done()
  if (console.json) await console.document(report)
  else if (error === undefined) console.note(backupSummary(report))
  const next = afterError(context, error)
  if (next !== undefined) context.next(`next: ${next}`)
  if (error !== undefined) throw error
  const lack = missingFromBackup(report)
  if (lack !== undefined) context.fail(EXIT.rejects, lack)
}
