/** All that the command needs for `col backup`, loaded together when it is called. */
export { directoryStorage } from '../../archive/storage/directory.ts'
export { fileModes } from '../../archive/storage/modes.ts'
export { backup } from './backup.ts'
export { backupListed } from './cataloged.ts'
export { backupFile, defaultDirectory, freeFile } from './destination.ts'
export { planBackup } from './dryRun.ts'
export { requireEncoding } from './encoding.ts'
export { backupSingle } from './single.ts'
