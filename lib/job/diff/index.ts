/** Everything that the command needs for `diff`, loaded together on first use. */

export { retryUntilDeadline } from '../../async/retry.ts'
export { requireSelectable } from '../selection/selection.ts'
export { selectedSource } from '../selection/source.ts'
export { runDiff } from './diff.ts'
export { openSide } from './side/open.ts'
export { storeSide } from './side/store.ts'
