/** All that the command needs for `col restore`, loaded together when it is called. */
export { runRestore } from './restore.ts'
export { openSource } from './restoreOpen.ts'
