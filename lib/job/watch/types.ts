import type { Circumstances, Ended } from '../ingest/types.ts'
import type { WatchReport } from './report.ts'

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
