import { ElysiaError } from '../../core/errors.ts'
import type { Report } from '../../core/report.ts'
import type { JobResult } from '../../run/run.ts'
import { ingestFiles } from '../ingest/ingest.ts'
import type { Input } from '../ingest/input.ts'
import type { IngestContext, SharedIngest } from '../ingest/types.ts'
import type { WatchEntry } from './log.ts'
import type { FilePosition, OpenedFile } from './openedFile.ts'
import type { StartPosition } from './recognize.ts'
import type { WatchContext } from './setup.ts'

/** How a file is ingested. */
export interface FileRun extends Pick<SharedIngest, 'first'> {
  /** Where the run begins. */
  readonly start: StartPosition
  /** Called with the end of the file before the run counts as done; `lines` are those before its start then. */
  readonly note: (reached: FilePosition) => void
}

/** Ingests a file from its start on, as one run. */
export async function ingestFile(
  watching: WatchContext,
  { input: name, run, rejects }: WatchEntry,
  opened: OpenedFile,
  { start: { byte, linesBefore }, note, first }: FileRun,
): Promise<JobResult<Report>> {
  const { store, ingest, run: ofAll, state, totals, scratch } = watching
  const { shared } = watching.rejects
  const input: Input = {
    name,
    rereadable: true,
    linesBefore,
    open: () => opened.read(byte),
    settled: async () => note(opened.position(linesBefore)),
  }
  const { signal, stop, context } = ofAll
  const path = shared === undefined ? rejects : context.rejectsPath
  const ofFile: IngestContext = {
    signal,
    stop,
    runId: run,
    ...(state && { state }),
    ...(context.transforms && { transforms: context.transforms }),
    ...(context.onInFlight && { onInFlight: context.onInFlight }),
    ...(context.memory && { memory: context.memory }),
    ...(context.stages && { stages: context.stages }),
    ...(path !== undefined && { rejectsPath: path }),
    onEvent: (event) => {
      // A file's run is part of a watch: counts are sums over all files.
      if (event.type === 'records_settled') ofAll.emit({ type: event.type, ...totals.with(event) })
      else ofAll.emit(event)
    },
  }
  const rejectsFrom = shared?.startOf(run)
  return ingestFiles([input], store, ingest, ofFile, {
    batchesAlone: true,
    ...(rejectsFrom !== undefined && { rejectsFrom }),
    ...(scratch && { scratch }),
    ...(first && { first }),
  })
}

/** True for faults of the file itself: another file may do better. */
export function isFaultOfFile({ error, report }: JobResult<Report>): boolean {
  if (report.status !== 'failed') return false
  if (!(error instanceof ElysiaError)) return (error as NodeJS.ErrnoException).syscall === 'read'
  return FAULTS.has(error.code)
}

const FAULTS = new Set<string>([
  'ELYSIA_COMPRESSION',
  'ELYSIA_DAMAGED',
  'ELYSIA_INPUT',
  'ELYSIA_TOO_MANY_REJECTS',
])
