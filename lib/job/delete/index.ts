/** All that the command needs for `col delete`, loaded together when it is called. */
export { requireSelectable } from '../selection/selection.ts'
export { runDelete } from './delete.ts'
