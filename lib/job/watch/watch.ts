import { createReadStream } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { basename } from 'node:path'
import { ElysiaError } from '../../errors.ts'
import type { Store } from '../../store/store.ts'
import type { Ended } from '../ingest/ingest.ts'
import { type Circumstances, ingestFiles } from '../ingest/ingest.ts'
import type { Input } from '../ingest/input.ts'
import type { IngestGiven } from '../ingest/options.ts'
import { newRunId } from '../journal.ts'
import { type Disposed, dispose } from './disposal.ts'
import { Arrivals } from './files.ts'
import type { FileIdentity, WatchEntry } from './log.ts'
import type { WatchGiven } from './options.ts'
import { ownRejectsPath } from './rejects.ts'
import type { WatchReport } from './report.ts'
import { setUpWatch, type Watching } from './setup.ts'

/** The circumstances of a watch: those of a run. `rejectsPath` takes the rejects of all files, one after the other. */
export interface WatchCircumstances extends Omit<Circumstances, 'rejectsFrom'> {
  /** Told of every file that is done with. */
  readonly onFile?: (file: WatchedFile) => void
}

/** What became of a file. */
export interface WatchedFile extends Ended {
  readonly path: string
  /** Where it is now; undefined where it was deleted. */
  readonly movedTo: string | undefined
  /** The file for its rejected records, or for those of all; made when the first one comes. */
  readonly rejectsPath: string | undefined
}

/** How a watch ended: its report, and the error where it was not told to stop. */
export interface WatchEnded {
  readonly report: WatchReport
  readonly error?: unknown
}

const NEVER = new AbortController().signal
const CHUNK_BYTES = 256 * 1024

/**
 * Takes the files that lie in a directory and those that come, in order of name, each once, as one run each,
 * until `stop` or `signal` aborts; the file at hand is then finished as far as it is in flight, and continued
 * by the next watch. A file at fault (damaged compression, unreadable, too many rejects) fails alone; any other
 * error ends the watch. What was taken is remembered in the state; without one in memory only.
 * A dry run takes each file once, all as if the ones before it had been written; it remembers and moves nothing.
 * Without a `rejectsPath`, with `after` `move` the rejects lie in `processed/` or `failed/` as NAME.rejects.jsonl, unless a
 * `rejectsDirectory` is given; without either none are written. Memory: that of `ingestFiles`, and a name each file
 * that waits.
 * @throws ElysiaError only for what kept it from beginning: options, the directory, the lock of another
 * watcher of the same directory and collection (ELYSIA_LOCKED)
 */
export async function watch(
  directory: string,
  store: Store,
  given: IngestGiven & WatchGiven,
  circumstances: WatchCircumstances = {},
): Promise<WatchEnded> {
  const watching = await setUpWatch(directory, store, given, circumstances)
  const { stop = NEVER, signal = NEVER } = circumstances
  let error: unknown
  try {
    await takeAll(watching, AbortSignal.any([stop, signal]))
    signal.throwIfAborted()
  } catch (thrown) {
    // A file that was waiting for its store has not begun: the stop is the end of the watch, not its failure.
    if (thrown !== stop.reason || signal.aborted) error = thrown
  } finally {
    await watching.close()
  }
  return { report: watching.totals.report(watching.facts, error), ...(error !== undefined && { error }) }
}

async function takeAll(watching: Watching, end: AbortSignal): Promise<void> {
  const arrivals = await Arrivals.open(watching.directory, watching.options)
  try {
    for (;;) {
      const file = await arrivals.next(end)
      if (file === undefined) return
      await take(watching, file)
    }
  } finally {
    await arrivals.close()
  }
}

async function take(watching: Watching, file: FileIdentity): Promise<void> {
  const known = watching.log.find(file)
  if (known !== undefined && isOver(watching, known)) {
    await finish(watching, known)
    return
  }
  const entry = known ?? (await begin(watching, file))
  const ended = await ingestFile(watching, entry)
  if (ended === undefined) {
    watching.log.forget(file.path)
    return
  }
  watching.totals.add(ended.report)
  if (ended.error !== undefined && !isFaultOfFile(ended)) throw ended.error
  if (ended.report.status === 'interrupted') return
  await end(watching, entry, ended)
}

/** An earlier process may have died between the end of a file's run and its note. */
function isOver({ log, journal }: Watching, entry: WatchEntry): boolean {
  if (entry.status !== 'taking') return true
  if (journal?.find(entry.run)?.status !== 'done') return false
  log.record({ ...entry, status: 'taken' })
  return true
}

async function begin(watching: Watching, file: FileIdentity): Promise<WatchEntry> {
  const { circumstances, directory, options } = watching
  const { after } = options
  const rejects = await ownRejectsPath(circumstances, options, directory, file.path)
  const entry: WatchEntry = { ...file, run: newRunId(), status: 'taking', pending: after, rejects }
  watching.log.record(entry)
  return entry
}

/** Undefined where the file is gone by now. */
async function ingestFile(
  watching: Watching,
  { path, run, rejects }: WatchEntry,
): Promise<Ended | undefined> {
  const { store, ingest, circumstances, totals, rejects: shared } = watching
  const name = await realpath(path).catch(() => undefined)
  if (name === undefined) return undefined
  const input: Input = {
    name,
    rereadable: true,
    open: () => createReadStream(path, { highWaterMark: CHUNK_BYTES }),
  }
  const { fresh: _, rejectsDirectory: __, onProgress, ...rest } = circumstances
  return ingestFiles([input], store, ingest, {
    ...rest,
    runId: run,
    ...(shared ? { rejectsFrom: shared.startOf(run) } : rejects !== undefined && { rejectsPath: rejects }),
    ...(onProgress && { onProgress: (progress) => onProgress(totals.with(progress)) }),
  })
}

/** Faults that lie in the file, so that another one may fare better. */
function isFaultOfFile({ error, report }: Ended): boolean {
  if (report.status !== 'failed') return false
  if (!(error instanceof ElysiaError))
    return ['open', 'read'].includes(String((error as NodeJS.ErrnoException).syscall))
  return ['ELYSIA_COMPRESSION', 'ELYSIA_INPUT', 'ELYSIA_TOO_MANY_REJECTS'].includes(error.code)
}

async function end(watching: Watching, entry: WatchEntry, ended: Ended): Promise<void> {
  const { circumstances, log, options, totals } = watching
  const failed = ended.error !== undefined
  totals.files += 1
  if (failed) totals.filesFailed += 1
  const pending = failed && options.after === 'delete' ? 'keep' : options.after
  const settled: WatchEntry = { ...entry, status: failed ? 'failed' : 'taken', pending }
  log.record(settled)
  const { path: movedTo, rejects = circumstances.rejectsPath } = await finish(watching, settled)
  circumstances.onFile?.({ ...ended, path: entry.path, movedTo, rejectsPath: rejects })
  announce(watching, entry, ended)
}

async function finish({ log }: Watching, entry: WatchEntry): Promise<Disposed> {
  const disposed = await dispose(entry)
  if (entry.pending !== 'keep') log.forget(entry.path)
  return disposed
}

function announce({ notify }: Watching, { path }: WatchEntry, { report }: Ended): void {
  const { error, records, rejected } = report
  if (error !== undefined) {
    notify('file_failed', `${basename(path)} failed: ${error.message}`)
    return
  }
  const rejects = Object.values(rejected).reduce((sum, count) => sum + count, 0)
  const blemish = rejects === 0 ? '' : `, ${rejects} of them rejected`
  notify('file_taken', `${basename(path)}: ${records} records${blemish}${report.dry_run ? ' (dry run)' : ''}`)
}
