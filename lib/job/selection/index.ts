/** What a command needs to select objects, loaded together when it is asked to. */
export { selectedReader } from './reader.ts'
export { requireSelectable } from './selection.ts'
