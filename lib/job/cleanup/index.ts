/** All that the command needs for `col catalog cleanup` and `plan`, loaded together when it is called. */
export { cleanUp, planCleanup } from './cleanup.ts'
