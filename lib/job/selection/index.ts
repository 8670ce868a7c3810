/** Everything that a command needs to select objects, loaded together on first use. */
export { selectedReader } from './reader.ts'
export { requireSelectable } from './selection.ts'
