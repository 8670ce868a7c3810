/** Everything that the command needs from the history, loaded together on first use. */

export { openHistory } from './history.ts'
export { HISTORY_FILE } from './record.ts'
export { Recorder } from './recorder.ts'
export { parseKeepRuns } from './table/prune.ts'
