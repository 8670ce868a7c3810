/** All that the command needs for `col backup`, loaded together when it is called. */
export { directoryPlace } from '../archive/directoryPlace.ts'
export { backup } from './backup.ts'
export { backupListed } from './backupListed.ts'
export { backupFile, defaultDirectory } from './backupPlaces.ts'
export { planBackup } from './backupPlanned.ts'
export { backupSingle } from './backupSingle.ts'
