/** All that the command needs of the history, loaded together when it is called. */

export { openHistory } from './history.ts'
export { HISTORY_FILE } from './record.ts'
export { Recorder } from './recorder.ts'
export { keepOf } from './table/prune.ts'
