/** All that the command needs for `col catalog cleanup` and `plan`, loaded together when it is called. */

export { removeExpired } from '../undo/expiry.ts'
export { planCleanup, runCleanup } from './cleanup.ts'
