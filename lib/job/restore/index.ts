/** Everything that the command needs for `col restore`, loaded together on first use. */
export { requireSelectable } from '../selection/selection.ts'
export { listLines } from './list/format.ts'
export { runRestores } from './restore.ts'
export { openSource } from './source/open.ts'
