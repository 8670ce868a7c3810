import { join } from 'node:path'
import { userPaths } from '../../config/paths.ts'
import type { Emit } from '../../run/context.ts'
import { openHistory } from './history.ts'
import { Recorder } from './recorder.ts'

/** What a program gives to have its runs in the history. */
export interface RecordOptions {
  /** Where `history.db` lies; by default the user's directory of the state, where the command keeps its own. */
  readonly directory?: string
  /** Told where the history cannot be written, or was damaged. */
  readonly onEvent?: Emit
}

/** Takes the events of runs, and notes them. */
export interface HistoryRecording {
  /** To be called with each event of a run, as its `onEvent` or from there. It throws nothing. */
  readonly onEvent: Emit
  /** To be called when the runs have ended: with what was thrown, where something was. */
  end(error?: unknown): void
}

/**
 * Notes the runs of a program in the history, as the command does: so `elysiactl runs`, `report` and the metrics
 * know of them. What cannot be written is an event, and harms nothing. Memory: an entry for each of the last 100 runs.
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

/** The name of the file in the directory of the state. */
export const HISTORY_FILE = 'history.db'
