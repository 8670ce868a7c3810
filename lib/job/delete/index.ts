/** Everything that the command needs for `col delete`, loaded together on first use. */
export { requireSelectable } from '../selection/selection.ts'
export { runDelete } from './delete.ts'
