/** Everything that the command needs for `col catalog cleanup` and `plan`, loaded together on first use. */

export { removeExpired } from '../undo/expiry.ts'
export { planCleanup, runCleanup } from './cleanup.ts'
