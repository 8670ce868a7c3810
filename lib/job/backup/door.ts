/** All that the command needs for `col backup`, loaded together when it is called. */
export { directoryPlace } from '../../archive/directoryPlace.ts'
export { fileModes } from '../../archive/fileModes.ts'
export { backup } from './backup.ts'
export { requireEncoding } from './encoding.ts'
export { backupListed } from './listed.ts'
export { backupFile, defaultDirectory, freeFile } from './places.ts'
export { planBackup } from './planned.ts'
export { backupSingle } from './single.ts'
