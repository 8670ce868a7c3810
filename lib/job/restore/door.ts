/** All that the command needs for `col restore`, loaded together when it is called. */

export { lockForReading, rootToLock } from '../../catalog/readLock.ts'
export { openSource } from './open.ts'
export { runRestores } from './restore.ts'
