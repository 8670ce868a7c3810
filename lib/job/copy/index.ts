/** Everything that the command needs for `col copy`, loaded together on first use. */
export { requireSelectable } from '../selection/selection.ts'
export { countDifferences } from './compare.ts'
export { runCopy } from './copy.ts'
export { runCopySet } from './set.ts'
