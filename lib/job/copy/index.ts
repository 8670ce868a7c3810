/** All that the command needs for `col copy`, loaded together when it is called. */
export { requireSelectable } from '../selection/selection.ts'
export { differing } from './compare.ts'
export { runCopy } from './copy.ts'
export { runCopySet } from './set.ts'
