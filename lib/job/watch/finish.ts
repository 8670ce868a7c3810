import { ElysiaError } from '../../core/errors.ts'
import type { Report } from '../../core/report.ts'
import { hintedFailure } from '../../run/failure.ts'
import type { JobResult } from '../../run/run.ts'
import { type Placement, placeFile } from './afterIngest.ts'
import { withoutAttempts } from './attempts.ts'
import type { WatchEntry } from './log.ts'
import { failedReport } from './report.ts'
import type { WatchContext } from './setup.ts'

/**
 * Called when a file's run has ended, well or through a fault of the file: records it, moves or deletes the file, and
 * emits an event.
 */
export async function finishRun(
  watching: WatchContext,
  entry: WatchEntry,
  ended: JobResult<Report>,
  keep = false,
): Promise<void> {
  const { log, run, totals } = watching
  const failed = entry.status === 'failed'
  totals.files += 1
  if (failed) totals.filesFailed += 1
  const pending = keep || (failed && entry.pending === 'delete') ? 'keep' : entry.pending
  const finished: WatchEntry = { ...entry, pending }
  if (!keep) log.update(finished)
  const { path: movedTo, rejects = run.context.rejectsPath } = await finishFile(watching, finished, failed)
  run.note(totals.counts())
  const { path } = entry
  const { report, error } = ended
  const places = {
    ...(movedTo !== undefined && { moved_to: movedTo }),
    ...(rejects !== undefined && { rejects_path: rejects }),
  }
  if (report.error === undefined) run.emit({ type: 'file_taken', path, report, ...places })
  else run.emit({ type: 'file_failed', path, error: hintedFailure(error), report, ...places })
}

/**
 * Does what is pending for a file. One that cannot be moved or deleted stays, and the others continue: its records are
 * settled, it is not taken again, and the next watch tries to move it.
 */
export async function finishFile(
  watching: WatchContext,
  entry: WatchEntry,
  isCounted = false,
): Promise<Placement> {
  const { folder, log, run, options, rejects, totals } = watching
  const context = { folder, followLinks: options.followLinks, rejectsFollow: rejects.own.follow }
  try {
    const placement = await placeFile(entry, context)
    if (entry.pending !== 'keep' && placement.over) log.forget(entry)
    return placement
  } catch (error) {
    if (!isCounted) totals.filesFailed += 1
    run.emit({ type: 'file_kept', path: entry.path, error: hintedFailure(error) })
    return { path: entry.path, rejects: entry.rejects, over: false }
  }
}

/** Fails a file that must not be begun, or not again. `isNew` is false if it was taken before, and its entry stays. */
export async function failFile(
  watching: WatchContext,
  entry: WatchEntry,
  error = killed(entry),
  isNew = true,
): Promise<void> {
  const { facts, ingest } = watching
  const report = failedReport(facts, entry.run, ingest.dryRun, error)
  await finishRun(watching, { ...withoutAttempts(entry), status: 'failed' }, { report, error }, !isNew)
}

function killed({ path, deaths, deathLine }: WatchEntry): ElysiaError {
  const where = deathLine === 0 ? 'before any of its lines was settled' : `after line ${deathLine}`
  return new ElysiaError(
    'ELYSIA_INPUT',
    `${path} has killed ${deaths} processes ${where}, and is not tried again`,
    {
      hint: 'find what uses up the memory in its next lines; change the file, or start over with --fresh',
    },
  )
}
