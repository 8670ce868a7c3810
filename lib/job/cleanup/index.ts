/** All that the command needs for `col catalog cleanup` and `plan`, loaded together when it is called. */
export { planCleanup, runCleanup } from './cleanup.ts'
