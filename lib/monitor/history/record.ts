import { join } from 'node:path'
import { userPaths } from '../../config/paths.ts'
import type { Emit } from '../../run/context.ts'
import { openHistory } from './history.ts'
import { Recorder } from './recorder.ts'

/** How a program records its runs in the history. */
export interface RecordOptions {
  /** The directory of `history.db`; by default the user's state directory, which the command uses too. */
  readonly directory?: string
  /** Called if the history cannot be written or was damaged. */
  readonly onEvent?: Emit
}

/** Records the events of runs. */
export interface HistoryRecording {
  /** Call this with each event of a run, as its `onEvent` or from there. Never throws. */
  readonly onEvent: Emit
  /**
   * Call this when the runs have ended, with the error if one was thrown. Resolves once they are written: at once unless
   * another process writes, and after ten seconds then, written or not. Never rejects.
   */
  end(error?: unknown): Promise<void>
}

/**
 * Records the runs of a program in the history, as the command does, so that `elysiactl runs`, `report` and the metrics
 * know them. A failed write is reported as an event and harms nothing. Memory: an entry for each of the last 100 runs.
 */
export function recordHistory({ directory, onEvent = () => {} }: RecordOptions = {}): HistoryRecording {
  const open = () => openHistory(join(directory ?? userPaths().state, HISTORY_FILE), { onEvent })
  const recorded = { trigger: 'library', command: [], directory: process.cwd() } as const
  const recorder = new Recorder(open, recorded, onEvent)
  return {
    onEvent: recorder.onEvent,
    end: (error) => recorder.end(error === undefined ? {} : { error }),
  }
}

/** The file name in the state directory. */
export const HISTORY_FILE = 'history.db'
