/** Everything that the command needs for `col rollback`, loaded together on first use. */

export { keptUndos } from '../../archive/undo/keptUndo.ts'
export { undoRoot } from '../../archive/undo/undo.ts'
export { runRollback } from './rollback.ts'
